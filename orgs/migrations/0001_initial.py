import django.contrib.auth.models
import django.contrib.auth.validators
import django.contrib.postgres.constraints
import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
from django.conf import settings
from django.contrib.postgres.operations import BtreeGistExtension, TrigramExtension
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('ledger', '0001_initial'),
    ]

    operations = [
        BtreeGistExtension(),
        TrigramExtension(),
        migrations.CreateModel(
            name='Unit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=12, unique=True, verbose_name='代码')),
                ('name', models.CharField(max_length=60, verbose_name='名称')),
                ('short_name', models.CharField(max_length=30, verbose_name='简称')),
                ('level', models.CharField(choices=[('ministry', '教育部'), ('province', '省（自治区）'), ('league', '盟市'), ('county', '旗县区'), ('school', '学校')], max_length=10, verbose_name='层级')),
                ('authority', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='subordinates', to='orgs.unit', verbose_name='主管部门')),
                ('province', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.unit', verbose_name='所属省')),
                ('league', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.unit', verbose_name='所属盟市')),
                ('path', models.CharField(db_index=True, default='', editable=False, max_length=120, verbose_name='层级路径')),
                ('division_code', models.CharField(blank=True, max_length=6, verbose_name='行政区划代码')),
                ('lowest_grade', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='最低年级')),
                ('highest_grade', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='最高年级')),
                ('school_system', models.CharField(blank=True, choices=[('6-3', '六三制'), ('5-4', '五四制'), ('nine', '九年一贯制'), ('twelve', '十二年一贯制')], max_length=8, verbose_name='学制')),
                ('phone', models.CharField(blank=True, max_length=30, verbose_name='投诉受理电话')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='投诉受理邮箱')),
                ('closed_on', models.DateField(blank=True, null=True, verbose_name='撤销日期')),
                ('successor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='predecessors', to='orgs.unit', verbose_name='承接单位')),
            ],
            options={
                'verbose_name': '单位',
                'verbose_name_plural': '单位',
                'ordering': ['code'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('level', 'school'), _negated=True), models.Q(('authority__isnull', False), ('highest_grade__lte', 12), ('lowest_grade__gte', 1), ('lowest_grade__lte', models.F('highest_grade'))), _connector='OR'), name='school_has_authority_and_grades', violation_error_message='学校须有主管部门，年级须在 1–12 之间。'), models.CheckConstraint(condition=models.Q(models.Q(('level', 'school'), _negated=True), models.Q(('division_code__regex', '^[1-9]\\d{5}$'), ('highest_grade__isnull', False), ('lowest_grade__isnull', False), models.Q(('school_system', ''), _negated=True)), _connector='OR'), name='school_is_complete', violation_error_message='学校须填写最低和最高年级、学制、6 位行政区划代码。'), models.CheckConstraint(condition=models.Q(('level', 'school'), models.Q(('authority__isnull', True), ('level', 'ministry')), models.Q(models.Q(('level', 'ministry'), _negated=True), ('authority__isnull', False)), _connector='OR'), name='unit_has_authority', violation_error_message='除教育部外，每个单位都须选择主管部门；教育部不选。'), models.UniqueConstraint(condition=models.Q(('level', 'ministry')), fields=('level',), name='unit_one_ministry', violation_error_message='教育部只有一个，已经登记；请选择其他层级。'), models.CheckConstraint(condition=models.Q(('code__regex', '^[0-9A-Za-z]{1,12}$')), name='unit_code_format', violation_error_message='单位代码是 1–12 位数字或字母，请核对后重填。')],
            },
        ),
        migrations.CreateModel(
            name='Person',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=50, verbose_name='姓名')),
                ('staff_number', models.CharField(max_length=30, unique=True, verbose_name='人员编号')),
                ('phone', models.CharField(blank=True, max_length=30, verbose_name='办公电话')),
                ('pinyin', models.CharField(blank=True, editable=False, max_length=300, verbose_name='拼音')),
            ],
            options={
                'verbose_name': '人员',
                'verbose_name_plural': '人员',
            },
        ),
        migrations.CreateModel(
            name='SchoolSystemPeriod',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='system_periods', to='orgs.unit', verbose_name='学校')),
                ('school_system', models.CharField(choices=[('6-3', '六三制'), ('5-4', '五四制'), ('nine', '九年一贯制'), ('twelve', '十二年一贯制')], max_length=8, verbose_name='学制')),
                ('lowest_grade', models.PositiveSmallIntegerField(verbose_name='最低年级')),
                ('highest_grade', models.PositiveSmallIntegerField(verbose_name='最高年级')),
                ('last_primary', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='小学最高年级（5 或 6）')),
                ('valid_from', models.DateField(verbose_name='生效日期')),
                ('from_cohort', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='自哪一级起（留空为全部）')),
                ('source', models.CharField(max_length=200, verbose_name='依据')),
            ],
            options={
                'verbose_name': '学校学制',
                'verbose_name_plural': '学校学制',
                'ordering': ['school', 'valid_from'],
                'constraints': [models.UniqueConstraint(fields=('school', 'valid_from'), name='school_system_once', violation_error_message='这所学校在同一生效日期已有一行学制，请改用别的生效日期。'), models.CheckConstraint(condition=models.Q(('highest_grade__lte', 12), ('lowest_grade__gte', 1), ('lowest_grade__lte', models.F('highest_grade'))), name='school_system_grades', violation_error_message='年级须在 1–12 之间，最低年级不高于最高年级。'), models.CheckConstraint(condition=models.Q(('last_primary__isnull', True), models.Q(('last_primary', 5), ('school_system', '5-4')), models.Q(models.Q(('school_system', '5-4'), _negated=True), ('last_primary', 6)), models.Q(('last_primary', 5), ('school_system__in', ['nine', 'twelve'])), _connector='OR'), name='school_system_last_primary', violation_error_message='小学最高年级：五四制为 5，六三制为 6，一贯制学校为 5 或 6；可以留空。')],
            },
        ),
        migrations.CreateModel(
            name='Account',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('username', models.CharField(error_messages={'unique': 'A user with that username already exists.'}, help_text='Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.', max_length=150, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='username')),
                ('first_name', models.CharField(blank=True, max_length=150, verbose_name='first name')),
                ('last_name', models.CharField(blank=True, max_length=150, verbose_name='last name')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='email address')),
                ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='accounts', to='orgs.person', verbose_name='人员')),
                ('email_notices', models.BooleanField(default=False, verbose_name='每天接收邮件通知')),
                ('sms_notices', models.BooleanField(default=False, verbose_name='每天接收短信通知')),
                ('sealed_on', models.DateField(blank=True, editable=False, null=True, verbose_name='封存日期')),
                ('opened_on', models.DateField(blank=True, editable=False, null=True, verbose_name='启封日期')),
                ('session_digest', models.CharField(blank=True, default='', editable=False, max_length=64)),
                ('must_change', models.BooleanField(default=False, editable=False, verbose_name='须修改密码')),
                ('code_due', models.BooleanField(default=False, editable=False, verbose_name='须填一次性码')),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'verbose_name': '账号',
                'verbose_name_plural': '账号',
                'abstract': False,
            },
            managers=[
                ('objects', django.contrib.auth.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name='Training',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='trainings', to='orgs.person', verbose_name='人员')),
                ('trained_on', models.DateField(verbose_name='培训日期')),
                ('organiser', models.CharField(max_length=60, verbose_name='培训单位')),
                ('certificate', models.CharField(blank=True, max_length=40, verbose_name='证书编号')),
                ('valid_until', models.DateField(verbose_name='有效期至（含）')),
                ('filed_on', models.DateField(blank=True, null=True, verbose_name='备案日期')),
            ],
            options={
                'verbose_name': '培训与证书',
                'verbose_name_plural': '培训与证书',
                'ordering': ['person', '-valid_until'],
                'indexes': [models.Index(fields=['person', '-valid_until'], name='training_of_person')],
                'constraints': [models.CheckConstraint(condition=models.Q(('valid_until__gte', models.F('trained_on'))), name='training_period', violation_error_message='证书有效期不能早于培训日期（正文 二.1）。'), models.UniqueConstraint(fields=('person', 'trained_on'), name='training_once_a_day', violation_error_message='这名人员这一天的培训已经登记。')],
            },
        ),
        migrations.CreateModel(
            name='Post',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='posts', to=settings.AUTH_USER_MODEL, verbose_name='账号')),
                ('person', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='posts', to='orgs.person', verbose_name='人员')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='posts', to='orgs.unit', verbose_name='单位')),
                ('role', models.CharField(choices=[('registrar', '学籍管理员'), ('head', '负责人'), ('class_teacher', '班主任'), ('technician', '技术人员'), ('administrator', '系统管理员')], max_length=14, verbose_name='岗位')),
                ('valid_from', models.DateField(verbose_name='任职起')),
                ('valid_until', models.DateField(blank=True, null=True, verbose_name='任职止（不含）')),
                ('confirmed_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='确认时间')),
                ('waiting', models.BooleanField(default=False, editable=False, verbose_name='待确认')),
            ],
            options={
                'verbose_name': '岗位',
                'verbose_name_plural': '岗位',
                'indexes': [models.Index(fields=['unit', 'role'], name='post_unit_role')],
                'constraints': [models.CheckConstraint(condition=models.Q(('valid_until__isnull', True), ('valid_until__gt', models.F('valid_from')), _connector='OR'), name='post_period', violation_error_message='任职止须晚于任职起。'), django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('role__in', ['registrar', 'head'])), expressions=[('person', '='), ('unit', '='), ('role', '<>'), (models.Func('valid_from', 'valid_until', function='daterange', output_field=models.Field()), '&&')], name='post_registrar_or_head', violation_error_message='同一人在同一单位不能既任学籍管理员又任负责人（R0.5：办理与核办须为两人）。')],
            },
        ),
        migrations.CreateModel(
            name='OneTimeCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('account', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='one_time_code', to=settings.AUTH_USER_MODEL, verbose_name='账号')),
                ('digest', models.CharField(editable=False, max_length=64)),
                ('given_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='发放人')),
                ('given_at', models.DateTimeField(verbose_name='发放时间')),
                ('expires_at', models.DateTimeField(verbose_name='有效期至')),
                ('used_at', models.DateTimeField(null=True, verbose_name='使用时间')),
            ],
            options={
                'verbose_name': '一次性码',
                'verbose_name_plural': '一次性码',
            },
        ),
        migrations.CreateModel(
            name='Presence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='presences', to=settings.AUTH_USER_MODEL, verbose_name='账号')),
                ('week', models.DateField(verbose_name='周（周一）')),
            ],
            options={
                'verbose_name': '每周登录',
                'verbose_name_plural': '每周登录',
                'constraints': [models.UniqueConstraint(fields=('account', 'week'), name='presence_once')],
            },
        ),
        migrations.CreateModel(
            name='AccessReview',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='access_reviews', to='orgs.unit', verbose_name='单位')),
                ('quarter', models.DateField(verbose_name='季度（首日）')),
                ('accounts', models.JSONField(verbose_name='账号')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='确认人')),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='确认时间')),
            ],
            options={
                'verbose_name': '权限确认',
                'verbose_name_plural': '权限确认',
                'constraints': [models.UniqueConstraint(fields=('unit', 'quarter'), name='access_review_once')],
            },
        ),
        migrations.CreateModel(
            name='ApiToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='api_tokens', to=settings.AUTH_USER_MODEL, verbose_name='账号')),
                ('name', models.CharField(max_length=60, verbose_name='用途')),
                ('digest', models.CharField(editable=False, max_length=64, unique=True)),
                ('credential', models.CharField(editable=False, max_length=64)),
                ('second_factor', models.BooleanField(default=False, editable=False, verbose_name='已核验动态验证码')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='建立时间')),
                ('expires_at', models.DateTimeField(verbose_name='失效时间')),
            ],
            options={
                'verbose_name': '接口令牌',
                'verbose_name_plural': '接口令牌',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='Delegation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('post', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='delegations', to='orgs.post', verbose_name='岗位')),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='delegations', to=settings.AUTH_USER_MODEL, verbose_name='受托账号')),
                ('valid_from', models.DateField(verbose_name='起')),
                ('valid_until', models.DateField(verbose_name='止（不含）')),
                ('reason', models.CharField(max_length=100, verbose_name='事由')),
                ('waiting', models.BooleanField(default=False, editable=False, verbose_name='待确认')),
            ],
            options={
                'verbose_name': '委托',
                'verbose_name_plural': '委托',
                'constraints': [models.CheckConstraint(condition=models.Q(('valid_until__gt', models.F('valid_from'))), name='delegation_period', violation_error_message='委托的止须晚于起。')],
            },
        ),
        migrations.CreateModel(
            name='Arrangement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('post', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='arrangement', to='orgs.post', verbose_name='岗位')),
                ('above', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='arrangements', to='orgs.unit', verbose_name='上级单位')),
                ('reason', models.CharField(max_length=100, verbose_name='事由')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='安排人')),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='安排时间')),
            ],
            options={
                'verbose_name': '上级代核',
                'verbose_name_plural': '上级代核',
            },
        ),
        migrations.CreateModel(
            name='Confirmation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('post', '任职'), ('loan', '委托'), ('account', '新账号'), ('password', '重设密码'), ('second_factor', '重置第二验证'), ('name', '改名')], max_length=14, verbose_name='事项')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='confirmations', to='orgs.person', verbose_name='人员')),
                ('account', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='confirmations', to=settings.AUTH_USER_MODEL, verbose_name='账号')),
                ('unit', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.unit', verbose_name='单位')),
                ('post', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='confirmations', to='orgs.post', verbose_name='岗位')),
                ('loan', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='confirmations', to='orgs.delegation', verbose_name='委托')),
                ('asked_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='提出人')),
                ('asked_person', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.person')),
                ('asked_at', models.DateTimeField(verbose_name='提出时间')),
                ('confirmed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='确认人')),
                ('confirmed_at', models.DateTimeField(blank=True, null=True, verbose_name='确认时间')),
                ('basis', models.CharField(blank=True, choices=[('', '待确认'), ('person', '由他人确认'), ('server', '由服务器命令确认'), ('installation', '随安装接收')], default='', max_length=12, verbose_name='确认依据')),
            ],
            options={
                'verbose_name': '待确认事项',
                'verbose_name_plural': '待确认事项',
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['person', '-asked_at'], name='confirmation_of_person'), models.Index(condition=models.Q(('confirmed_at__isnull', True)), fields=['person'], name='confirmation_waiting')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('basis', ''), ('confirmed_at__isnull', True), ('confirmed_by__isnull', True)), models.Q(('basis', 'person'), ('confirmed_at__isnull', False), ('confirmed_by__isnull', False)), models.Q(('basis__in', ['server', 'installation']), ('confirmed_at__isnull', False), ('confirmed_by__isnull', True)), _connector='OR'), name='confirmation_whole')],
            },
        ),
    ]
