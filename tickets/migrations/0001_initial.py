import uuid

import django.db.models.deletion
import django.db.models.functions.datetime
import django_fsm
from django.conf import settings
from django.db import migrations, models

import tickets.forms.states
from tickets import notice_rows


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('orgs', '0001_initial'),
        ('reviews', '0001_initial'),
        ('students', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Thread',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('case', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='reviews.case', verbose_name='业务')),
                ('student', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='students.student', verbose_name='学生')),
                ('overdue', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='reviews.overduerecord', verbose_name='逾期记录')),
                ('begun_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='开始时间')),
            ],
            options={
                'verbose_name': '问题',
                'verbose_name_plural': '问题',
            },
        ),
        migrations.CreateModel(
            name='Ticket',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(editable=False, max_length=20, unique=True, verbose_name='编号')),
                ('kind', models.CharField(choices=[('report', '问题报告单'), ('check', '问题核查单'), ('supervision', '问题督办单'), ('complaint', '群众投诉')], editable=False, max_length=12, verbose_name='种类')),
                ('thread', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tickets', to='tickets.thread', verbose_name='问题')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='tickets.ticket', verbose_name='由此引起')),
                ('state', django_fsm.FSMField(choices=[('drafted', '起草'), ('issued', '已发出，待受理'), ('accepted', '已受理，办理中'), ('answered', '已答复，待确认'), ('returned', '退回重办'), ('confirmed', '已确认'), ('closed', '已办结')], default='drafted', max_length=10, protected=True, verbose_name='状态')),
                ('issuing_unit', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.unit', verbose_name='发出单位')),
                ('handling_unit', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.unit', verbose_name='办理单位')),
                ('holder', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.unit', verbose_name='所在单位')),
                ('drafted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='起草人')),
                ('drafted_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='起草时间')),
                ('proposed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='送签人')),
                ('issued_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='签发人')),
                ('issued_at', models.DateTimeField(blank=True, null=True, verbose_name='发出时间')),
                ('complete_by', models.DateField(blank=True, null=True, verbose_name='完成时限')),
                ('touch_by', models.DateField(blank=True, null=True, verbose_name='受理时限')),
                ('times_escalated', models.PositiveSmallIntegerField(default=0, verbose_name='上报次数')),
                ('overdue_at', models.DateTimeField(blank=True, null=True, verbose_name='逾期记录时间')),
                ('accepted_at', models.DateTimeField(blank=True, null=True, verbose_name='受理时间')),
                ('undertaker', models.CharField(blank=True, max_length=50, verbose_name='承办人')),
                ('undertaker_phone', models.CharField(blank=True, max_length=30, verbose_name='承办人联系电话')),
                ('answer', models.TextField(blank=True, max_length=4000, verbose_name='答复')),
                ('answered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='答复人')),
                ('answered_at', models.DateTimeField(blank=True, null=True, verbose_name='答复时间')),
                ('confirmed_at', models.DateTimeField(blank=True, null=True, verbose_name='确认时间')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='办结时间')),
                ('revision', models.PositiveIntegerField(default=0, verbose_name='版本')),
            ],
            options={
                'verbose_name': '单据',
                'verbose_name_plural': '单据',
                'ordering': ['-id'],
                'indexes': [models.Index(condition=models.Q(('state__in', ('drafted', 'issued', 'accepted', 'returned', 'answered', 'confirmed'))), fields=['holder', '-id'], name='ticket_holder'), models.Index(fields=['issuing_unit', '-id'], name='ticket_issuer'), models.Index(fields=['handling_unit', '-id'], name='ticket_handler'), models.Index(condition=models.Q(('state', 'issued')), fields=['touch_by'], name='ticket_untouched'), models.Index(condition=models.Q(('state__in', ('issued', 'accepted', 'returned'))), fields=['complete_by'], name='ticket_overdue')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['drafted', 'closed']), ('issued_at__isnull', False), _connector='OR'), name='ticket_issued_at'), models.CheckConstraint(condition=models.Q(('issued_by__isnull', True), ('kind__in', ['check', 'complaint']), models.Q(('proposed_by__isnull', False), models.Q(('issued_by', models.F('proposed_by')), _negated=True)), _connector='OR'), name='ticket_stamped_by_another'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['accepted', 'answered', 'returned', 'confirmed']), _negated=True), models.Q(('accepted_at__isnull', False), models.Q(('undertaker', ''), _negated=True)), _connector='OR'), name='ticket_accepted_by_somebody'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['answered', 'confirmed']), _negated=True), models.Q(('answered_at__isnull', False), models.Q(('answer', ''), _negated=True)), _connector='OR'), name='ticket_answered'), models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', False), ('state', 'closed')), models.Q(models.Q(('state', 'closed'), _negated=True), ('closed_at__isnull', True)), _connector='OR'), name='ticket_closed_at'), models.CheckConstraint(condition=models.Q(('answer__regex', '([GLJ][0-9]{17}|[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])[0-9]{3})[0-9Xx]'), _negated=True), name='ticket_answer_no_numbers')],
            },
            bases=(tickets.forms.states.TicketTransitions, models.Model),
        ),
        migrations.CreateModel(
            name='ProblemReport',
            fields=[
                ('ticket_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to='tickets.ticket')),
                ('business_name', models.CharField(blank=True, max_length=50, verbose_name='业务联系人')),
                ('business_unit', models.CharField(blank=True, max_length=60, verbose_name='业务联系人单位')),
                ('business_phone', models.CharField(blank=True, max_length=30, verbose_name='业务联系人电话')),
                ('technical_name', models.CharField(blank=True, max_length=50, verbose_name='技术联系人')),
                ('technical_unit', models.CharField(blank=True, max_length=60, verbose_name='技术联系人单位')),
                ('technical_phone', models.CharField(blank=True, max_length=30, verbose_name='技术联系人电话')),
                ('accepting_unit', models.CharField(blank=True, max_length=60, verbose_name='受理单位')),
            ],
            options={
                'verbose_name': '问题报告单',
                'verbose_name_plural': '问题报告单',
            },
            bases=('tickets.ticket',),
        ),
        migrations.CreateModel(
            name='Verification',
            fields=[
                ('ticket_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to='tickets.ticket')),
                ('reporter_name', models.CharField(blank=True, max_length=50, verbose_name='反映人姓名')),
                ('reporter_sex', models.CharField(blank=True, choices=[('1', '男'), ('2', '女')], max_length=1, verbose_name='反映人性别')),
                ('reporter_age', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='反映人年龄')),
                ('reporter_ethnic', models.CharField(blank=True, max_length=2, verbose_name='反映人民族')),
                ('reporter_id_sealed', models.BinaryField(blank=True, null=True)),
                ('reporter_phone_sealed', models.BinaryField(blank=True, null=True)),
                ('pupil_name', models.CharField(blank=True, max_length=50, verbose_name='学生姓名')),
                ('pupil_sex', models.CharField(blank=True, choices=[('1', '男'), ('2', '女')], max_length=1, verbose_name='学生性别')),
                ('pupil_age', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='学生年龄')),
                ('pupil_ethnic', models.CharField(blank=True, max_length=2, verbose_name='学生民族')),
                ('pupil_number_sealed', models.BinaryField(blank=True, null=True)),
                ('pupil_id_sealed', models.BinaryField(blank=True, null=True)),
                ('matter', models.TextField(blank=True, max_length=4000, verbose_name='反映事项')),
                ('responsible', models.CharField(blank=True, max_length=50, verbose_name='责任人')),
                ('responsible_phone', models.CharField(blank=True, max_length=30, verbose_name='责任人联系电话')),
            ],
            options={
                'verbose_name': '问题核查单',
                'verbose_name_plural': '问题核查单',
                'constraints': [models.CheckConstraint(condition=models.Q(('matter__regex', '([GLJ][0-9]{17}|[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])[0-9]{3})[0-9Xx]'), _negated=True), name='verification_no_numbers')],
            },
            bases=('tickets.ticket',),
        ),
        migrations.CreateModel(
            name='Supervision',
            fields=[
                ('ticket_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to='tickets.ticket')),
                ('reporter_name', models.CharField(blank=True, max_length=50, verbose_name='反映人姓名')),
                ('reporter_sex', models.CharField(blank=True, choices=[('1', '男'), ('2', '女')], max_length=1, verbose_name='反映人性别')),
                ('reporter_age', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='反映人年龄')),
                ('reporter_ethnic', models.CharField(blank=True, max_length=2, verbose_name='反映人民族')),
                ('reporter_id_sealed', models.BinaryField(blank=True, null=True)),
                ('reporter_phone_sealed', models.BinaryField(blank=True, null=True)),
                ('pupil_name', models.CharField(blank=True, max_length=50, verbose_name='学生姓名')),
                ('pupil_sex', models.CharField(blank=True, choices=[('1', '男'), ('2', '女')], max_length=1, verbose_name='学生性别')),
                ('pupil_age', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='学生年龄')),
                ('pupil_ethnic', models.CharField(blank=True, max_length=2, verbose_name='学生民族')),
                ('pupil_number_sealed', models.BinaryField(blank=True, null=True)),
                ('pupil_id_sealed', models.BinaryField(blank=True, null=True)),
                ('matter', models.TextField(blank=True, max_length=4000, verbose_name='反映事项')),
                ('responsible', models.CharField(blank=True, max_length=50, verbose_name='责任人')),
                ('responsible_phone', models.CharField(blank=True, max_length=30, verbose_name='责任人联系电话')),
                ('instruction', models.TextField(blank=True, max_length=2000, verbose_name='办理意见')),
            ],
            options={
                'verbose_name': '问题督办单',
                'verbose_name_plural': '问题督办单',
                'constraints': [models.CheckConstraint(condition=models.Q(('matter__regex', '([GLJ][0-9]{17}|[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])[0-9]{3})[0-9Xx]'), _negated=True), name='supervision_no_numbers'), models.CheckConstraint(condition=models.Q(('instruction__regex', '([GLJ][0-9]{17}|[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])[0-9]{3})[0-9Xx]'), _negated=True), name='supervision_instruction_no_numbers')],
            },
            bases=('tickets.ticket',),
        ),
        migrations.CreateModel(
            name='Complaint',
            fields=[
                ('ticket_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to='tickets.ticket')),
                ('citizen', models.CharField(blank=True, max_length=50, verbose_name='投诉人')),
                ('contact_sealed', models.BinaryField(blank=True, null=True)),
                ('matter', models.TextField(max_length=2000, verbose_name='投诉内容')),
                ('case_number', models.CharField(blank=True, max_length=20, verbose_name='业务编号')),
                ('code_index', models.BinaryField(max_length=16)),
            ],
            options={
                'verbose_name': '群众投诉',
                'verbose_name_plural': '群众投诉',
                'constraints': [models.CheckConstraint(condition=models.Q(('matter__regex', '([GLJ][0-9]{17}|[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])[0-9]{3})[0-9Xx]'), _negated=True), name='complaint_no_numbers')],
            },
            bases=('tickets.ticket',),
        ),
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('names', models.JSONField(blank=True, db_default={}, default=dict, editable=False, verbose_name='当时的名称')),
                ('ticket', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='tickets.ticket')),
                ('verb', models.CharField(choices=[('propose', '送负责人签发'), ('send_back', '退回修改'), ('issue', '签发'), ('recall', '撤回'), ('discard', '作废'), ('accept', '受理'), ('decline', '退回发出单位'), ('answer', '答复'), ('return_answer', '退回重办'), ('confirm', '确认'), ('close', '办结'), ('escalate', '上报')], max_length=14, verbose_name='动作')),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='办理人')),
                ('unit', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.unit', verbose_name='单位')),
                ('text', models.CharField(blank=True, max_length=500, verbose_name='说明')),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='时间')),
            ],
            options={
                'verbose_name': '办理记录',
                'verbose_name_plural': '办理记录',
                'ordering': ['id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('text__regex', '([GLJ][0-9]{17}|[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])[0-9]{3})[0-9Xx]'), _negated=True), name='entry_no_numbers')],
            },
        ),
        migrations.CreateModel(
            name='Enclosure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('ticket', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='enclosures', to='tickets.ticket')),
                ('position', models.PositiveSmallIntegerField(verbose_name='次序')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.unit', verbose_name='单位')),
                ('size', models.PositiveIntegerField(verbose_name='字节数')),
                ('sha256', models.CharField(max_length=64, verbose_name='摘要')),
                ('added_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='上传人')),
                ('added_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='上传时间')),
                ('removed_at', models.DateTimeField(blank=True, null=True, verbose_name='移除时间')),
            ],
            options={
                'verbose_name': '附件',
                'verbose_name_plural': '附件',
                'ordering': ['position'],
                'constraints': [models.UniqueConstraint(fields=('ticket', 'position'), name='enclosure_position_once'), models.CheckConstraint(condition=models.Q(('size__lte', 2097152)), name='enclosure_two_megabytes')],
            },
        ),
        migrations.CreateModel(
            name='ReportedProblem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='problems', to='tickets.problemreport')),
                ('position', models.PositiveSmallIntegerField(verbose_name='序号')),
                ('text', models.CharField(max_length=1000, verbose_name='问题描述')),
            ],
            options={
                'verbose_name': '问题描述',
                'verbose_name_plural': '问题描述',
                'ordering': ['position'],
                'constraints': [models.UniqueConstraint(fields=('report', 'position'), name='problem_position_once'), models.CheckConstraint(condition=models.Q(('text__regex', '([GLJ][0-9]{17}|[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])[0-9]{3})[0-9Xx]'), _negated=True), name='reported_problem_no_numbers')],
            },
        ),
        migrations.RunPython(notice_rows.fill, migrations.RunPython.noop),
    ]
