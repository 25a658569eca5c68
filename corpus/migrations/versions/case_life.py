"""cases that people write, approve, change, merge and retire"""

from alembic import op
import sqlalchemy as sa
import corpus.database

revision = 'case_life'
down_revision = 'feedback'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('cases') as batch_op:
        batch_op.alter_column('revision_id', existing_type=sa.Integer(), nullable=True)
        batch_op.alter_column('source', existing_type=sa.Text(), nullable=True)
        batch_op.add_column(sa.Column('component', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('preventive', sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column('duration', sa.Double(), nullable=True))
        batch_op.add_column(sa.Column('steps', sa.JSON(), nullable=False, server_default='[]'))
        batch_op.add_column(sa.Column('photos', sa.JSON(), nullable=False, server_default='[]'))
        batch_op.add_column(sa.Column('state', sa.String(length=16), nullable=False, server_default='approved'))
        batch_op.add_column(sa.Column('version', sa.Integer(), nullable=False, server_default='1'))
        batch_op.add_column(sa.Column('merged_into', sa.Integer(), nullable=True))
        batch_op.create_foreign_key('fk_cases_merged_into', 'cases', ['merged_into'], ['id'])
        batch_op.create_index('ix_cases_state', ['state'])
        batch_op.create_index('ix_cases_date', ['date'])
    op.create_table('case_versions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('at', corpus.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('actor', sa.String(length=120), nullable=False),
    sa.Column('action', sa.String(length=16), nullable=False),
    sa.Column('detail', sa.Text(), nullable=True),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('content', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id']),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('ix_case_versions_case_id', 'case_versions', ['case_id'])
    op.create_table('case_votes',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('by', sa.String(length=120), nullable=False),
    sa.Column('helped', sa.Boolean(), nullable=False),
    sa.Column('at', corpus.database.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id']),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('case_id', 'by', name='uq_case_votes_case_by')
    )
    op.create_index('ix_case_votes_case_id', 'case_votes', ['case_id'])


def downgrade() -> None:
    op.drop_table('case_votes')
    op.drop_table('case_versions')
    op.execute("DELETE FROM cases WHERE revision_id IS NULL")
    with op.batch_alter_table('cases') as batch_op:
        batch_op.drop_index('ix_cases_date')
        batch_op.drop_index('ix_cases_state')
        batch_op.drop_constraint('fk_cases_merged_into', type_='foreignkey')
        for name in ('merged_into', 'version', 'state', 'photos', 'steps', 'duration', 'preventive', 'component'):
            batch_op.drop_column(name)
        batch_op.alter_column('source', existing_type=sa.Text(), nullable=False)
        batch_op.alter_column('revision_id', existing_type=sa.Integer(), nullable=False)
