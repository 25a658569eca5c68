"""Alembic's entry: runs on the connection that `corpus.database` hands over."""

from alembic import context

import corpus.corpus  # noqa: F401  (every store declares its rows)
from corpus.database import Base

context.configure(
    connection=context.config.attributes["connection"], target_metadata=Base.metadata, render_as_batch=True
)
with context.begin_transaction():
    context.run_migrations()
