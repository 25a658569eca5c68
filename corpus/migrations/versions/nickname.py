"""what the shop floor calls a machine"""

from alembic import op
import sqlalchemy as sa

revision = 'nickname'
down_revision = 'series'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('equipment') as batch_op:
        batch_op.add_column(sa.Column('nickname', sa.Text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('equipment') as batch_op:
        batch_op.drop_column('nickname')
