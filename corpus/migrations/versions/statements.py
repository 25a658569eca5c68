"""vectors of the statements of passages, by which is chosen what answers"""

from alembic import op
import sqlalchemy as sa

revision = 'statements'
down_revision = 'states'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('chunks', sa.Column('statements', sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('chunks') as batch_op:
        batch_op.drop_column('statements')
