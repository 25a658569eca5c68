"""what each file said of a record, and the warehouse of a stock line"""

from alembic import op
import sqlalchemy as sa
import corpus.database

revision = 'imports'
down_revision = 'worklist'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('parts') as batch_op:
        batch_op.add_column(sa.Column('warehouse', sa.Text(), nullable=True))
    op.create_table('imports',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('record_table', sa.String(length=40), nullable=False),
    sa.Column('record_id', sa.Integer(), nullable=False),
    sa.Column('revision_id', sa.Integer(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('row', sa.Integer(), nullable=True),
    sa.Column('as_of', corpus.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('content', sa.JSON(), nullable=False),
    sa.Column('retired', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('ix_imports_record', 'imports', ['record_table', 'record_id'])
    op.create_index('ix_imports_revision_id', 'imports', ['revision_id'])
    op.create_table('mappings',
    sa.Column('layout', sa.String(length=64), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('columns', sa.JSON(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('actor', sa.String(length=120), nullable=False),
    sa.Column('at', corpus.database.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('layout')
    )


def downgrade() -> None:
    op.drop_table('mappings')
    op.drop_table('imports')
    with op.batch_alter_table('parts') as batch_op:
        batch_op.drop_column('warehouse')
