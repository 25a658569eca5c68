"""what machines were doing"""

from alembic import op
import sqlalchemy as sa

from corpus.database import UtcDateTime

revision = 'states'
down_revision = 'nickname'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'states',
        sa.Column('equipment_key', sa.String(120), nullable=False),
        sa.Column('equipment', sa.String(120), nullable=False),
        sa.Column('state', sa.String(120), nullable=False),
        sa.Column('at', UtcDateTime(timezone=True), nullable=False),
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('revision_id', sa.Integer(), nullable=False),
        sa.Column('source', sa.Text(), nullable=False),
        sa.Column('row', sa.Integer(), nullable=True),
        sa.Column('retired', sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint('id'),
    )
    with op.batch_alter_table('states') as batch_op:
        batch_op.create_index(batch_op.f('ix_states_equipment_key'), ['equipment_key'], unique=False)
        batch_op.create_index(batch_op.f('ix_states_revision_id'), ['revision_id'], unique=False)


def downgrade() -> None:
    op.drop_table('states')
