"""pins of people who share a tablet"""

from alembic import op
import sqlalchemy as sa

revision = 'pins'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('pins',
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('pin', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id']),
    sa.PrimaryKeyConstraint('account_id')
    )


def downgrade() -> None:
    op.drop_table('pins')
