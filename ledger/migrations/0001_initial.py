import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='AuditEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('chain', models.CharField(max_length=24, verbose_name='链')),
                ('seq', models.BigIntegerField(default=0, verbose_name='序号')),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='时间')),
                ('actor', models.CharField(max_length=40, verbose_name='行为人')),
                ('action', models.CharField(max_length=40, verbose_name='行为')),
                ('subject', models.CharField(blank=True, max_length=60, verbose_name='对象')),
                ('body', models.JSONField(default=dict, verbose_name='内容')),
                ('previous_hash', models.BinaryField(db_default=b'', verbose_name='前一条校验值')),
                ('hash', models.BinaryField(db_default=b'', verbose_name='校验值')),
            ],
            options={
                'verbose_name': '审计记录',
                'verbose_name_plural': '审计记录',
                'indexes': [models.Index(fields=['subject', 'id'], name='audit_subject')],
                'constraints': [models.UniqueConstraint(fields=('chain', 'seq'), name='audit_chain_seq_once')],
            },
        ),
        migrations.CreateModel(
            name='AuditHead',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(unique=True, verbose_name='日期')),
                ('heads', models.JSONField(verbose_name='各链末尾')),
                ('previous', models.CharField(blank=True, db_default='', default='', max_length=64, verbose_name='前一签名的摘要')),
                ('digest', models.CharField(max_length=64, verbose_name='摘要')),
                ('signature', models.CharField(max_length=128, verbose_name='签名')),
                ('public_key', models.CharField(max_length=64, verbose_name='公钥')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='生成时间')),
            ],
            options={
                'verbose_name': '审计链签名',
                'verbose_name_plural': '审计链签名',
            },
        ),
        migrations.CreateModel(
            name='OutboxMessage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('topic', models.CharField(max_length=40, verbose_name='主题')),
                ('payload', models.JSONField(default=dict, verbose_name='内容')),
                ('dedup', models.CharField(max_length=120, unique=True, verbose_name='去重键')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='写入时间')),
                ('available_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='可送时间')),
                ('attempts', models.PositiveSmallIntegerField(db_default=0, default=0, verbose_name='尝试次数')),
                ('delivered_at', models.DateTimeField(blank=True, null=True, verbose_name='送达时间')),
                ('last_error', models.CharField(blank=True, db_default='', default='', max_length=200, verbose_name='上次错误')),
            ],
            options={
                'verbose_name': '待发消息',
                'verbose_name_plural': '待发消息',
                'indexes': [models.Index(condition=models.Q(('delivered_at__isnull', True)), fields=['available_at', 'id'], name='outbox_waiting')],
            },
        ),
        migrations.CreateModel(
            name='IdempotencyKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('account_id', models.BigIntegerField()),
                ('key', models.CharField(max_length=80)),
                ('digest', models.CharField(max_length=64)),
                ('response', models.JSONField(default=dict)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'verbose_name': '幂等键',
                'verbose_name_plural': '幂等键',
                'constraints': [models.UniqueConstraint(fields=('account_id', 'key'), name='idempotency_once')],
            },
        ),
        migrations.CreateModel(
            name='Tally',
            fields=[
                ('key', models.CharField(max_length=120, primary_key=True, serialize=False)),
                ('until', models.DateTimeField(db_index=True)),
                ('tries', models.PositiveIntegerField()),
            ],
            options={
                'verbose_name': '次数限制',
                'verbose_name_plural': '次数限制',
            },
        ),
        migrations.CreateModel(
            name='SweepRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('judged_at', models.DateTimeField(verbose_name='按此时刻判断')),
                ('started_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='开始')),
                ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='结束')),
                ('counts', models.JSONField(default=dict, verbose_name='结果')),
            ],
            options={
                'verbose_name': '定时清扫',
                'verbose_name_plural': '定时清扫',
                'ordering': ['-id'],
            },
        ),
    ]
