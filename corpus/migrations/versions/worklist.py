"""questions that got no answer or did not help, for leads to work off"""

from alembic import op
import sqlalchemy as sa
import corpus.database

revision = 'worklist'
down_revision = 'case_life'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('worklist',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('question', sa.Text(), nullable=False),
    sa.Column('earlier', sa.JSON(), nullable=False),
    sa.Column('equipment', sa.String(length=120), nullable=True),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.Column('places', sa.JSON(), nullable=False),
    sa.Column('reasons', sa.JSON(), nullable=False),
    sa.Column('asked_by', sa.JSON(), nullable=False),
    sa.Column('times', sa.Integer(), nullable=False),
    sa.Column('first_at', corpus.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('last_at', corpus.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('gold', sa.JSON(), nullable=False),
    sa.Column('answerable', sa.Boolean(), nullable=False),
    sa.Column('closed_by', sa.String(length=120), nullable=True),
    sa.Column('closed_at', corpus.database.UtcDateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('ix_worklist_key', 'worklist', ['key'])
    op.create_index('ix_worklist_state', 'worklist', ['state'])


def downgrade() -> None:
    op.drop_table('worklist')
