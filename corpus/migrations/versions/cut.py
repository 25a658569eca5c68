"""the cut by which the statements of a revision were made, so that another cut makes them anew"""

from alembic import op
import sqlalchemy as sa

revision = 'cut'
down_revision = 'statements'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('revisions', sa.Column('statements', sa.Integer(), nullable=True))
    op.execute(
        'UPDATE revisions SET statements = 1'
        ' WHERE id IN (SELECT revision_id FROM chunks WHERE statements IS NOT NULL)'
    )


def downgrade() -> None:
    with op.batch_alter_table('revisions') as batch_op:
        batch_op.drop_column('statements')
