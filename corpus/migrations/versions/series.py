"""readings by series: names, metrics and units once, times as numbers"""

from alembic import op
import sqlalchemy as sa

revision = 'series'
down_revision = 'imports'
branch_labels = None
depends_on = None


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == 'sqlite'
    op.drop_index('ix_readings_asset_metric_at', 'readings')
    op.drop_index('ix_readings_revision_id', 'readings')
    op.rename_table('readings', 'readings_before')
    op.create_table('reading_series',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('equipment_key', sa.String(length=120), nullable=False),
    sa.Column('metric', sa.String(length=200), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('equipment_key', 'metric', name='uq_reading_series')
    )
    op.create_table('reading_labels',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('equipment', sa.String(length=120), nullable=False),
    sa.Column('unit', sa.String(length=40), nullable=True),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('ix_reading_labels_equipment', 'reading_labels', ['equipment'])
    op.create_table('readings',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('series_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('value', sa.Double(), nullable=False),
    sa.Column('label_id', sa.Integer(), nullable=False),
    sa.Column('limit_low', sa.Double(), nullable=True),
    sa.Column('limit_high', sa.Double(), nullable=True),
    sa.Column('revision_id', sa.Integer(), nullable=False),
    sa.Column('retired', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    op.execute('INSERT INTO reading_series (equipment_key, metric) '
               'SELECT DISTINCT equipment_key, metric FROM readings_before')
    op.execute('INSERT INTO reading_labels (equipment, unit) SELECT DISTINCT equipment, unit FROM readings_before')
    if sqlite:
        micro = ("CAST(strftime('%s', b.at) AS INTEGER) * 1000000 "
                 "+ CAST(substr(b.at || '.000000', instr(b.at || '.', '.') + 1, 6) AS INTEGER)")
    else:
        micro = 'CAST(EXTRACT(EPOCH FROM b.at) * 1000000 AS BIGINT)'
    op.execute(
        'INSERT INTO readings (id, series_id, at, value, label_id, limit_low, limit_high, revision_id, retired) '
        f'SELECT b.id, s.id, {micro}, b.value, l.id, b.limit_low, b.limit_high, b.revision_id, b.retired '
        'FROM readings_before b '
        'JOIN reading_series s ON s.equipment_key = b.equipment_key AND s.metric = b.metric '
        'JOIN reading_labels l ON l.equipment = b.equipment AND (l.unit = b.unit OR (l.unit IS NULL AND b.unit IS NULL))'
    )
    op.drop_table('readings_before')
    op.create_index('ix_readings_series_at', 'readings', ['series_id', 'at'], unique=True)
    op.create_index('ix_readings_revision', 'readings', ['revision_id'],
                    sqlite_where=sa.text('revision_id > 0'), postgresql_where=sa.text('revision_id > 0'))
    if not sqlite:
        op.execute("SELECT setval(pg_get_serial_sequence('readings', 'id'), (SELECT coalesce(max(id), 1) FROM readings))")


def downgrade() -> None:
    raise NotImplementedError('restore the backup that was made before')
