import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import transfers.moving.models
from transfers import notice_rows


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('orgs', '0001_initial'),
        ('reviews', '0001_initial'),
        ('students', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='TransferReason',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=30, verbose_name='代号')),
                ('name', models.CharField(max_length=60, verbose_name='原因')),
                ('kinds', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=30), default=transfers.moving.models.transfer_kinds, size=None, verbose_name='业务类型')),
                ('needs_note', models.BooleanField(default=False, verbose_name='须填写说明')),
                ('province', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.unit', verbose_name='省（空为全国）')),
                ('position', models.PositiveSmallIntegerField(default=1, verbose_name='次序')),
                ('valid_from', models.DateField(verbose_name='生效日期')),
                ('valid_until', models.DateField(blank=True, null=True, verbose_name='失效日期（不含）')),
                ('source', models.CharField(max_length=200, verbose_name='依据')),
            ],
            options={
                'verbose_name': '转学原因',
                'verbose_name_plural': '转学原因',
                'ordering': ['position', 'id'],
                'constraints': [models.UniqueConstraint(fields=('key', 'province', 'valid_from'), name='transfer_reason_once', nulls_distinct=False, violation_error_message='这个代号在同一范围、同一生效日期已有一行，请改用别的生效日期。')],
            },
        ),
        migrations.CreateModel(
            name='OfflineTransfer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('names', models.JSONField(blank=True, db_default={}, default=dict, editable=False, verbose_name='当时的名称')),
                ('number', models.CharField(editable=False, max_length=20, unique=True, verbose_name='登记号')),
                ('fault', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='offline_transfers', to='reviews.fault', verbose_name='故障公告')),
                ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='offline_in', to='orgs.unit', verbose_name='就读学校')),
                ('student', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='offline_transfers', to='students.student', verbose_name='学生')),
                ('sending_school', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='offline_out', to='orgs.unit', verbose_name='学籍所在学校')),
                ('name', models.CharField(blank=True, max_length=50, verbose_name='姓名（登记）')),
                ('sex', models.CharField(blank=True, choices=[('1', '男'), ('2', '女')], max_length=1, verbose_name='性别（登记）')),
                ('birth_date', models.DateField(blank=True, null=True, verbose_name='出生日期（登记）')),
                ('origin', models.CharField(blank=True, max_length=60, verbose_name='转出学校（登记）')),
                ('paper_date', models.DateField(verbose_name='纸质日期')),
                ('requester', models.CharField(choices=[('father', '父亲'), ('mother', '母亲'), ('guardian', '其他监护人')], max_length=10, verbose_name='提出人')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='登记人')),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='登记时间')),
                ('confirmed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='确认人')),
                ('confirmed_at', models.DateTimeField(blank=True, null=True, verbose_name='确认时间')),
                ('case', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='offline_transfers', to='reviews.case', verbose_name='电子业务')),
                ('outcome', models.CharField(blank=True, choices=[('done', '人籍一致'), ('already', '学籍已在本校'), ('returned', '学生已回原校就读'), ('elsewhere', '学生已到其他学校就读'), ('mistaken', '登记有误')], max_length=10, verbose_name='结果')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='了结时间')),
                ('closed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='了结人')),
            ],
            options={
                'verbose_name': '线下转学',
                'verbose_name_plural': '线下转学',
                'ordering': ['paper_date', 'id'],
                'indexes': [models.Index(condition=models.Q(('closed_at__isnull', True)), fields=['school', 'paper_date', 'id'], name='offline_waiting'), models.Index(condition=models.Q(('closed_at__isnull', True)), fields=['sending_school'], name='offline_sending'), models.Index(fields=['fault', 'paper_date'], name='offline_fault'), models.Index(fields=['case'], name='offline_case')],
                'constraints': [models.CheckConstraint(condition=models.Q(('origin__regex', '([GLJ][0-9]{17}|[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])[0-9]{3})[0-9Xx]'), _negated=True), name='offline_no_numbers'), models.UniqueConstraint(condition=models.Q(('closed_at__isnull', True)), fields=('student',), name='offline_one_open_a_pupil', violation_error_message='该生已有一条尚未了结的线下转学登记。'), models.UniqueConstraint(condition=models.Q(('closed_at__isnull', True), ('student__isnull', True)), fields=('school', 'name', 'sex', 'birth_date'), name='offline_one_open_a_stated_pupil', violation_error_message='本校已为同名、同性别、同出生日期的学生登记过，尚未了结。'), models.CheckConstraint(condition=models.Q(('student__isnull', False), models.Q(models.Q(('name', ''), _negated=True), models.Q(('sex', ''), _negated=True), ('birth_date__isnull', False), models.Q(('origin', ''), _negated=True)), _connector='OR'), name='offline_names_a_pupil'), models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('closed_by__isnull', True), ('outcome', '')), models.Q(('case__isnull', False), ('closed_at__isnull', False), ('outcome', 'done')), models.Q(('closed_at__isnull', False), ('closed_by__isnull', False), ('outcome__in', ['already', 'returned', 'elsewhere', 'mistaken'])), _connector='OR'), name='offline_closed_whole'), models.CheckConstraint(condition=models.Q(models.Q(('confirmed_at__isnull', True), ('confirmed_by__isnull', True)), models.Q(('confirmed_at__isnull', False), ('confirmed_by__isnull', False)), _connector='OR'), name='offline_confirmed_by_somebody'), models.CheckConstraint(condition=models.Q(('sending_school__isnull', True), models.Q(('school', models.F('sending_school')), _negated=True), _connector='OR'), name='offline_two_schools')],
            },
        ),
        migrations.CreateModel(
            name='Transfer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('case', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='transfer', to='reviews.case', verbose_name='业务')),
                ('student', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='transfers', to='students.student', verbose_name='学生')),
                ('receiving_school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='transfers_in', to='orgs.unit', verbose_name='转入学校')),
                ('sending_school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='transfers_out', to='orgs.unit', verbose_name='转出学校')),
                ('reason', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='transfers.transferreason', verbose_name='转学原因')),
                ('reason_note', models.CharField(blank=True, max_length=200, verbose_name='原因说明')),
                ('grade_from', models.PositiveSmallIntegerField(verbose_name='原年级')),
                ('grade_to', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='转入年级')),
                ('grade_reason', models.CharField(blank=True, max_length=200, verbose_name='变更年级的理由')),
                ('school_class', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='students.schoolclass', verbose_name='转入班级')),
                ('reported_on', models.DateField(blank=True, null=True, verbose_name='报到日期')),
                ('did_not_report', models.BooleanField(db_default=False, default=False, verbose_name='未报到')),
                ('reporting_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='报到登记人')),
                ('phase_was', models.CharField(blank=True, choices=[('primary', '小学'), ('junior', '初中'), ('senior', '高中')], db_default='', max_length=7, verbose_name='原学段')),
                ('cohort_was', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='原级')),
                ('class_was', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='students.schoolclass', verbose_name='原班级')),
                ('graduated_on', models.DateField(blank=True, null=True, verbose_name='原毕业日期')),
            ],
            options={
                'verbose_name': '转学',
                'verbose_name_plural': '转学',
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('reason_note__regex', '([GLJ][0-9]{17}|[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])[0-9]{3})[0-9Xx]'), _negated=True), models.Q(('grade_reason__regex', '([GLJ][0-9]{17}|[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])[0-9]{3})[0-9Xx]'), _negated=True)), name='transfer_no_numbers'), models.CheckConstraint(condition=models.Q(('receiving_school', models.F('sending_school')), _negated=True), name='transfer_two_schools'), models.CheckConstraint(condition=models.Q(models.Q(('did_not_report', False), ('reported_on__isnull', True), ('reporting_by__isnull', True)), models.Q(('did_not_report', False), ('reported_on__isnull', False), ('reporting_by__isnull', False)), models.Q(('did_not_report', True), ('reported_on__isnull', True), ('reporting_by__isnull', False)), _connector='OR'), name='transfer_reported_or_not')],
            },
        ),
        migrations.RunPython(notice_rows.fill, migrations.RunPython.noop),
    ]
