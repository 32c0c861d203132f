-- CONSTRAINT auth_group auth_group_name_key
ALTER TABLE ONLY public.auth_group
    ADD CONSTRAINT auth_group_name_key UNIQUE (name);

-- CONSTRAINT auth_group auth_group_pkey
ALTER TABLE ONLY public.auth_group
    ADD CONSTRAINT auth_group_pkey PRIMARY KEY (id);

-- CONSTRAINT auth_group_permissions auth_group_permissions_group_id_permission_id_0cd325b0_uniq
ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissions_group_id_permission_id_0cd325b0_uniq UNIQUE (group_id, permission_id);

-- CONSTRAINT auth_group_permissions auth_group_permissions_pkey
ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissions_pkey PRIMARY KEY (id);

-- CONSTRAINT auth_permission auth_permission_content_type_id_codename_01ab375a_uniq
ALTER TABLE ONLY public.auth_permission
    ADD CONSTRAINT auth_permission_content_type_id_codename_01ab375a_uniq UNIQUE (content_type_id, codename);

-- CONSTRAINT auth_permission auth_permission_pkey
ALTER TABLE ONLY public.auth_permission
    ADD CONSTRAINT auth_permission_pkey PRIMARY KEY (id);

-- CONSTRAINT axes_accessattempt axes_accessattempt_pkey
ALTER TABLE ONLY public.axes_accessattempt
    ADD CONSTRAINT axes_accessattempt_pkey PRIMARY KEY (id);

-- CONSTRAINT axes_accessattempt axes_accessattempt_username_ip_address_user_agent_8ea22282_uniq
ALTER TABLE ONLY public.axes_accessattempt
    ADD CONSTRAINT axes_accessattempt_username_ip_address_user_agent_8ea22282_uniq UNIQUE (username, ip_address, user_agent);

-- CONSTRAINT axes_accessattemptexpiration axes_accessattemptexpiration_pkey
ALTER TABLE ONLY public.axes_accessattemptexpiration
    ADD CONSTRAINT axes_accessattemptexpiration_pkey PRIMARY KEY (access_attempt_id);

-- CONSTRAINT axes_accessfailurelog axes_accessfailurelog_pkey
ALTER TABLE ONLY public.axes_accessfailurelog
    ADD CONSTRAINT axes_accessfailurelog_pkey PRIMARY KEY (id);

-- CONSTRAINT axes_accesslog axes_accesslog_pkey
ALTER TABLE ONLY public.axes_accesslog
    ADD CONSTRAINT axes_accesslog_pkey PRIMARY KEY (id);

-- CONSTRAINT django_admin_log django_admin_log_pkey
ALTER TABLE ONLY public.django_admin_log
    ADD CONSTRAINT django_admin_log_pkey PRIMARY KEY (id);

-- CONSTRAINT django_content_type django_content_type_app_label_model_76bd3d3b_uniq
ALTER TABLE ONLY public.django_content_type
    ADD CONSTRAINT django_content_type_app_label_model_76bd3d3b_uniq UNIQUE (app_label, model);

-- CONSTRAINT django_content_type django_content_type_pkey
ALTER TABLE ONLY public.django_content_type
    ADD CONSTRAINT django_content_type_pkey PRIMARY KEY (id);

-- CONSTRAINT django_migrations django_migrations_pkey
ALTER TABLE ONLY public.django_migrations
    ADD CONSTRAINT django_migrations_pkey PRIMARY KEY (id);

-- CONSTRAINT django_session django_session_pkey
ALTER TABLE ONLY public.django_session
    ADD CONSTRAINT django_session_pkey PRIMARY KEY (session_key);

-- CONSTRAINT ledger_auditentry audit_chain_seq_once
ALTER TABLE ONLY public.ledger_auditentry
    ADD CONSTRAINT audit_chain_seq_once UNIQUE (chain, seq);

-- CONSTRAINT ledger_auditentry ledger_auditentry_pkey
ALTER TABLE ONLY public.ledger_auditentry
    ADD CONSTRAINT ledger_auditentry_pkey PRIMARY KEY (id);

-- CONSTRAINT ledger_audithead ledger_audithead_day_key
ALTER TABLE ONLY public.ledger_audithead
    ADD CONSTRAINT ledger_audithead_day_key UNIQUE (day);

-- CONSTRAINT ledger_audithead ledger_audithead_pkey
ALTER TABLE ONLY public.ledger_audithead
    ADD CONSTRAINT ledger_audithead_pkey PRIMARY KEY (id);

-- CONSTRAINT ledger_idempotencykey idempotency_once
ALTER TABLE ONLY public.ledger_idempotencykey
    ADD CONSTRAINT idempotency_once UNIQUE (account_id, key);

-- CONSTRAINT ledger_idempotencykey ledger_idempotencykey_pkey
ALTER TABLE ONLY public.ledger_idempotencykey
    ADD CONSTRAINT ledger_idempotencykey_pkey PRIMARY KEY (id);

-- CONSTRAINT ledger_outboxmessage ledger_outboxmessage_dedup_key
ALTER TABLE ONLY public.ledger_outboxmessage
    ADD CONSTRAINT ledger_outboxmessage_dedup_key UNIQUE (dedup);

-- CONSTRAINT ledger_outboxmessage ledger_outboxmessage_pkey
ALTER TABLE ONLY public.ledger_outboxmessage
    ADD CONSTRAINT ledger_outboxmessage_pkey PRIMARY KEY (id);

-- CONSTRAINT ledger_sweeprun ledger_sweeprun_pkey
ALTER TABLE ONLY public.ledger_sweeprun
    ADD CONSTRAINT ledger_sweeprun_pkey PRIMARY KEY (id);

-- CONSTRAINT ledger_tally ledger_tally_pkey
ALTER TABLE ONLY public.ledger_tally
    ADD CONSTRAINT ledger_tally_pkey PRIMARY KEY (key);

-- CONSTRAINT orgs_accessreview access_review_once
ALTER TABLE ONLY public.orgs_accessreview
    ADD CONSTRAINT access_review_once UNIQUE (unit_id, quarter);

-- CONSTRAINT orgs_accessreview orgs_accessreview_pkey
ALTER TABLE ONLY public.orgs_accessreview
    ADD CONSTRAINT orgs_accessreview_pkey PRIMARY KEY (id);

-- CONSTRAINT orgs_account orgs_account_pkey
ALTER TABLE ONLY public.orgs_account
    ADD CONSTRAINT orgs_account_pkey PRIMARY KEY (id);

-- CONSTRAINT orgs_account orgs_account_username_key
ALTER TABLE ONLY public.orgs_account
    ADD CONSTRAINT orgs_account_username_key UNIQUE (username);

-- CONSTRAINT orgs_account_groups orgs_account_groups_account_id_group_id_16f03885_uniq
ALTER TABLE ONLY public.orgs_account_groups
    ADD CONSTRAINT orgs_account_groups_account_id_group_id_16f03885_uniq UNIQUE (account_id, group_id);

-- CONSTRAINT orgs_account_groups orgs_account_groups_pkey
ALTER TABLE ONLY public.orgs_account_groups
    ADD CONSTRAINT orgs_account_groups_pkey PRIMARY KEY (id);

-- CONSTRAINT orgs_account_user_permissions orgs_account_user_permis_account_id_permission_id_1a5d4e3d_uniq
ALTER TABLE ONLY public.orgs_account_user_permissions
    ADD CONSTRAINT orgs_account_user_permis_account_id_permission_id_1a5d4e3d_uniq UNIQUE (account_id, permission_id);

-- CONSTRAINT orgs_account_user_permissions orgs_account_user_permissions_pkey
ALTER TABLE ONLY public.orgs_account_user_permissions
    ADD CONSTRAINT orgs_account_user_permissions_pkey PRIMARY KEY (id);

-- CONSTRAINT orgs_apitoken orgs_apitoken_digest_key
ALTER TABLE ONLY public.orgs_apitoken
    ADD CONSTRAINT orgs_apitoken_digest_key UNIQUE (digest);

-- CONSTRAINT orgs_apitoken orgs_apitoken_pkey
ALTER TABLE ONLY public.orgs_apitoken
    ADD CONSTRAINT orgs_apitoken_pkey PRIMARY KEY (id);

-- CONSTRAINT orgs_arrangement orgs_arrangement_pkey
ALTER TABLE ONLY public.orgs_arrangement
    ADD CONSTRAINT orgs_arrangement_pkey PRIMARY KEY (id);

-- CONSTRAINT orgs_arrangement orgs_arrangement_post_id_key
ALTER TABLE ONLY public.orgs_arrangement
    ADD CONSTRAINT orgs_arrangement_post_id_key UNIQUE (post_id);

-- CONSTRAINT orgs_confirmation orgs_confirmation_pkey
ALTER TABLE ONLY public.orgs_confirmation
    ADD CONSTRAINT orgs_confirmation_pkey PRIMARY KEY (id);

-- CONSTRAINT orgs_delegation orgs_delegation_pkey
ALTER TABLE ONLY public.orgs_delegation
    ADD CONSTRAINT orgs_delegation_pkey PRIMARY KEY (id);

-- CONSTRAINT orgs_onetimecode orgs_onetimecode_account_id_key
ALTER TABLE ONLY public.orgs_onetimecode
    ADD CONSTRAINT orgs_onetimecode_account_id_key UNIQUE (account_id);

-- CONSTRAINT orgs_onetimecode orgs_onetimecode_pkey
ALTER TABLE ONLY public.orgs_onetimecode
    ADD CONSTRAINT orgs_onetimecode_pkey PRIMARY KEY (id);

-- CONSTRAINT orgs_person orgs_person_pkey
ALTER TABLE ONLY public.orgs_person
    ADD CONSTRAINT orgs_person_pkey PRIMARY KEY (id);

-- CONSTRAINT orgs_person orgs_person_staff_number_key
ALTER TABLE ONLY public.orgs_person
    ADD CONSTRAINT orgs_person_staff_number_key UNIQUE (staff_number);

-- CONSTRAINT orgs_post orgs_post_pkey
ALTER TABLE ONLY public.orgs_post
    ADD CONSTRAINT orgs_post_pkey PRIMARY KEY (id);

-- CONSTRAINT orgs_post post_registrar_or_head
ALTER TABLE ONLY public.orgs_post
    ADD CONSTRAINT post_registrar_or_head EXCLUDE USING gist (person_id WITH =, unit_id WITH =, role WITH <>, daterange(valid_from, valid_until) WITH &&) WHERE (((role)::text = ANY ((ARRAY['registrar'::character varying, 'head'::character varying])::text[])));

-- CONSTRAINT orgs_presence orgs_presence_pkey
ALTER TABLE ONLY public.orgs_presence
    ADD CONSTRAINT orgs_presence_pkey PRIMARY KEY (id);

-- CONSTRAINT orgs_presence presence_once
ALTER TABLE ONLY public.orgs_presence
    ADD CONSTRAINT presence_once UNIQUE (account_id, week);

-- CONSTRAINT orgs_schoolsystemperiod orgs_schoolsystemperiod_pkey
ALTER TABLE ONLY public.orgs_schoolsystemperiod
    ADD CONSTRAINT orgs_schoolsystemperiod_pkey PRIMARY KEY (id);

-- CONSTRAINT orgs_schoolsystemperiod school_system_once
ALTER TABLE ONLY public.orgs_schoolsystemperiod
    ADD CONSTRAINT school_system_once UNIQUE (school_id, valid_from);

-- CONSTRAINT orgs_training orgs_training_pkey
ALTER TABLE ONLY public.orgs_training
    ADD CONSTRAINT orgs_training_pkey PRIMARY KEY (id);

-- CONSTRAINT orgs_training training_once_a_day
ALTER TABLE ONLY public.orgs_training
    ADD CONSTRAINT training_once_a_day UNIQUE (person_id, trained_on);

-- CONSTRAINT orgs_unit orgs_unit_code_key
ALTER TABLE ONLY public.orgs_unit
    ADD CONSTRAINT orgs_unit_code_key UNIQUE (code);

-- CONSTRAINT orgs_unit orgs_unit_pkey
ALTER TABLE ONLY public.orgs_unit
    ADD CONSTRAINT orgs_unit_pkey PRIMARY KEY (id);

-- CONSTRAINT otp_static_staticdevice otp_static_staticdevice_pkey
ALTER TABLE ONLY public.otp_static_staticdevice
    ADD CONSTRAINT otp_static_staticdevice_pkey PRIMARY KEY (id);

-- CONSTRAINT otp_static_statictoken otp_static_statictoken_pkey
ALTER TABLE ONLY public.otp_static_statictoken
    ADD CONSTRAINT otp_static_statictoken_pkey PRIMARY KEY (id);

-- CONSTRAINT otp_totp_totpdevice otp_totp_totpdevice_pkey
ALTER TABLE ONLY public.otp_totp_totpdevice
    ADD CONSTRAINT otp_totp_totpdevice_pkey PRIMARY KEY (id);

-- CONSTRAINT reviews_act reviews_act_pkey
ALTER TABLE ONLY public.reviews_act
    ADD CONSTRAINT reviews_act_pkey PRIMARY KEY (id);

-- CONSTRAINT reviews_attachment reviews_attachment_key_key
ALTER TABLE ONLY public.reviews_attachment
    ADD CONSTRAINT reviews_attachment_key_key UNIQUE (key);

-- CONSTRAINT reviews_attachment reviews_attachment_pkey
ALTER TABLE ONLY public.reviews_attachment
    ADD CONSTRAINT reviews_attachment_pkey PRIMARY KEY (id);

-- CONSTRAINT reviews_calendarday reviews_calendarday_date_key
ALTER TABLE ONLY public.reviews_calendarday
    ADD CONSTRAINT reviews_calendarday_date_key UNIQUE (date);

-- CONSTRAINT reviews_calendarday reviews_calendarday_pkey
ALTER TABLE ONLY public.reviews_calendarday
    ADD CONSTRAINT reviews_calendarday_pkey PRIMARY KEY (id);

-- CONSTRAINT reviews_calendarrevision reviews_calendarrevision_pkey
ALTER TABLE ONLY public.reviews_calendarrevision
    ADD CONSTRAINT reviews_calendarrevision_pkey PRIMARY KEY (id);

-- CONSTRAINT reviews_case reviews_case_exclusive_key_key
ALTER TABLE ONLY public.reviews_case
    ADD CONSTRAINT reviews_case_exclusive_key_key UNIQUE (exclusive_key);

-- CONSTRAINT reviews_case reviews_case_number_key
ALTER TABLE ONLY public.reviews_case
    ADD CONSTRAINT reviews_case_number_key UNIQUE (number);

-- CONSTRAINT reviews_case reviews_case_pkey
ALTER TABLE ONLY public.reviews_case
    ADD CONSTRAINT reviews_case_pkey PRIMARY KEY (id);

-- CONSTRAINT reviews_fault reviews_fault_number_key
ALTER TABLE ONLY public.reviews_fault
    ADD CONSTRAINT reviews_fault_number_key UNIQUE (number);

-- CONSTRAINT reviews_fault reviews_fault_pkey
ALTER TABLE ONLY public.reviews_fault
    ADD CONSTRAINT reviews_fault_pkey PRIMARY KEY (id);

-- CONSTRAINT reviews_forbiddenphrase phrase_once
ALTER TABLE ONLY public.reviews_forbiddenphrase
    ADD CONSTRAINT phrase_once UNIQUE NULLS NOT DISTINCT (text, clause, province_id, valid_from);

-- CONSTRAINT reviews_forbiddenphrase reviews_forbiddenphrase_pkey
ALTER TABLE ONLY public.reviews_forbiddenphrase
    ADD CONSTRAINT reviews_forbiddenphrase_pkey PRIMARY KEY (id);

-- CONSTRAINT reviews_limit reviews_limit_pkey
ALTER TABLE ONLY public.reviews_limit
    ADD CONSTRAINT reviews_limit_pkey PRIMARY KEY (id);

-- CONSTRAINT reviews_notice notice_once
ALTER TABLE ONLY public.reviews_notice
    ADD CONSTRAINT notice_once UNIQUE (account_id, dedup);

-- CONSTRAINT reviews_notice reviews_notice_pkey
ALTER TABLE ONLY public.reviews_notice
    ADD CONSTRAINT reviews_notice_pkey PRIMARY KEY (id);

-- CONSTRAINT reviews_overduerecord reviews_overduerecord_pkey
ALTER TABLE ONLY public.reviews_overduerecord
    ADD CONSTRAINT reviews_overduerecord_pkey PRIMARY KEY (id);

-- CONSTRAINT reviews_overduerecord reviews_overduerecord_step_id_key
ALTER TABLE ONLY public.reviews_overduerecord
    ADD CONSTRAINT reviews_overduerecord_step_id_key UNIQUE (step_id);

-- CONSTRAINT reviews_quickphrase reviews_quickphrase_pkey
ALTER TABLE ONLY public.reviews_quickphrase
    ADD CONSTRAINT reviews_quickphrase_pkey PRIMARY KEY (id);

-- CONSTRAINT reviews_refusalreason reason_code_once
ALTER TABLE ONLY public.reviews_refusalreason
    ADD CONSTRAINT reason_code_once UNIQUE NULLS NOT DISTINCT (code, province_id, valid_from);

-- CONSTRAINT reviews_refusalreason reviews_refusalreason_pkey
ALTER TABLE ONLY public.reviews_refusalreason
    ADD CONSTRAINT reviews_refusalreason_pkey PRIMARY KEY (id);

-- CONSTRAINT reviews_route reviews_route_pkey
ALTER TABLE ONLY public.reviews_route
    ADD CONSTRAINT reviews_route_pkey PRIMARY KEY (id);

-- CONSTRAINT reviews_step reviews_step_pkey
ALTER TABLE ONLY public.reviews_step
    ADD CONSTRAINT reviews_step_pkey PRIMARY KEY (id);

-- CONSTRAINT reviews_step step_seq_once
ALTER TABLE ONLY public.reviews_step
    ADD CONSTRAINT step_seq_once UNIQUE (case_id, seq);

-- CONSTRAINT reviews_vacation reviews_vacation_pkey
ALTER TABLE ONLY public.reviews_vacation
    ADD CONSTRAINT reviews_vacation_pkey PRIMARY KEY (id);

-- CONSTRAINT reviews_wallappeal appeal_once
ALTER TABLE ONLY public.reviews_wallappeal
    ADD CONSTRAINT appeal_once UNIQUE (step_id, digest);

-- CONSTRAINT reviews_wallappeal reviews_wallappeal_pkey
ALTER TABLE ONLY public.reviews_wallappeal
    ADD CONSTRAINT reviews_wallappeal_pkey PRIMARY KEY (id);

-- CONSTRAINT reviews_wallmark reviews_wallmark_pkey
ALTER TABLE ONLY public.reviews_wallmark
    ADD CONSTRAINT reviews_wallmark_pkey PRIMARY KEY (id);

-- CONSTRAINT reviews_wallwords reviews_wallwords_pkey
ALTER TABLE ONLY public.reviews_wallwords
    ADD CONSTRAINT reviews_wallwords_pkey PRIMARY KEY (id);

-- CONSTRAINT reviews_wallwords wall_words_once
ALTER TABLE ONLY public.reviews_wallwords
    ADD CONSTRAINT wall_words_once UNIQUE NULLS NOT DISTINCT (concept, province_id, valid_from);

-- CONSTRAINT reviews_window reviews_window_pkey
ALTER TABLE ONLY public.reviews_window
    ADD CONSTRAINT reviews_window_pkey PRIMARY KEY (id);

-- CONSTRAINT reviews_yearrow reviews_yearrow_pkey
ALTER TABLE ONLY public.reviews_yearrow
    ADD CONSTRAINT reviews_yearrow_pkey PRIMARY KEY (id);

-- CONSTRAINT reviews_yearrow year_row_once
ALTER TABLE ONLY public.reviews_yearrow
    ADD CONSTRAINT year_row_once UNIQUE NULLS NOT DISTINCT (key, province_id, valid_from);

-- CONSTRAINT students_bulletin bulletin_once
ALTER TABLE ONLY public.students_bulletin
    ADD CONSTRAINT bulletin_once UNIQUE (province_id, month);

-- CONSTRAINT students_bulletin students_bulletin_number_key
ALTER TABLE ONLY public.students_bulletin
    ADD CONSTRAINT students_bulletin_number_key UNIQUE (number);

-- CONSTRAINT students_bulletin students_bulletin_pkey
ALTER TABLE ONLY public.students_bulletin
    ADD CONSTRAINT students_bulletin_pkey PRIMARY KEY (id);

-- CONSTRAINT students_bulletinline bulletin_line_once
ALTER TABLE ONLY public.students_bulletinline
    ADD CONSTRAINT bulletin_line_once UNIQUE (bulletin_id, unit_id);

-- CONSTRAINT students_bulletinline students_bulletinline_pkey
ALTER TABLE ONLY public.students_bulletinline
    ADD CONSTRAINT students_bulletinline_pkey PRIMARY KEY (id);

-- CONSTRAINT students_changepolicy change_policy_once
ALTER TABLE ONLY public.students_changepolicy
    ADD CONSTRAINT change_policy_once UNIQUE NULLS NOT DISTINCT (kind, phase, province_id, valid_from);

-- CONSTRAINT students_changepolicy students_changepolicy_pkey
ALTER TABLE ONLY public.students_changepolicy
    ADD CONSTRAINT students_changepolicy_pkey PRIMARY KEY (id);

-- CONSTRAINT students_changesheet students_changesheet_number_key
ALTER TABLE ONLY public.students_changesheet
    ADD CONSTRAINT students_changesheet_number_key UNIQUE (number);

-- CONSTRAINT students_changesheet students_changesheet_pkey
ALTER TABLE ONLY public.students_changesheet
    ADD CONSTRAINT students_changesheet_pkey PRIMARY KEY (id);

-- CONSTRAINT students_changesheetline sheet_says_an_item_once
ALTER TABLE ONLY public.students_changesheetline
    ADD CONSTRAINT sheet_says_an_item_once UNIQUE (sheet_id, student_id, field);

-- CONSTRAINT students_changesheetline students_changesheetline_pkey
ALTER TABLE ONLY public.students_changesheetline
    ADD CONSTRAINT students_changesheetline_pkey PRIMARY KEY (id);

-- CONSTRAINT students_classcharge students_classcharge_pkey
ALTER TABLE ONLY public.students_classcharge
    ADD CONSTRAINT students_classcharge_pkey PRIMARY KEY (id);

-- CONSTRAINT students_codetable code_once
ALTER TABLE ONLY public.students_codetable
    ADD CONSTRAINT code_once UNIQUE ("table", code);

-- CONSTRAINT students_codetable students_codetable_pkey
ALTER TABLE ONLY public.students_codetable
    ADD CONSTRAINT students_codetable_pkey PRIMARY KEY (id);

-- CONSTRAINT students_contactattempt students_contactattempt_pkey
ALTER TABLE ONLY public.students_contactattempt
    ADD CONSTRAINT students_contactattempt_pkey PRIMARY KEY (id);

-- CONSTRAINT students_dropoutmark students_dropoutmark_number_key
ALTER TABLE ONLY public.students_dropoutmark
    ADD CONSTRAINT students_dropoutmark_number_key UNIQUE (number);

-- CONSTRAINT students_dropoutmark students_dropoutmark_pkey
ALTER TABLE ONLY public.students_dropoutmark
    ADD CONSTRAINT students_dropoutmark_pkey PRIMARY KEY (id);

-- CONSTRAINT students_enrolment enrolment_one_school_at_a_time
ALTER TABLE ONLY public.students_enrolment
    ADD CONSTRAINT enrolment_one_school_at_a_time EXCLUDE USING gist (student_id WITH =, period WITH &&);

-- CONSTRAINT students_enrolment students_enrolment_pkey
ALTER TABLE ONLY public.students_enrolment
    ADD CONSTRAINT students_enrolment_pkey PRIMARY KEY (id);

-- CONSTRAINT students_fieldchange students_fieldchange_pkey
ALTER TABLE ONLY public.students_fieldchange
    ADD CONSTRAINT students_fieldchange_pkey PRIMARY KEY (id);

-- CONSTRAINT students_graduationcorrection students_graduationcorrection_case_id_key
ALTER TABLE ONLY public.students_graduationcorrection
    ADD CONSTRAINT students_graduationcorrection_case_id_key UNIQUE (case_id);

-- CONSTRAINT students_graduationcorrection students_graduationcorrection_pkey
ALTER TABLE ONLY public.students_graduationcorrection
    ADD CONSTRAINT students_graduationcorrection_pkey PRIMARY KEY (id);

-- CONSTRAINT students_graduationline graduation_line_once
ALTER TABLE ONLY public.students_graduationline
    ADD CONSTRAINT graduation_line_once UNIQUE (run_id, student_id);

-- CONSTRAINT students_graduationline students_graduationline_pkey
ALTER TABLE ONLY public.students_graduationline
    ADD CONSTRAINT students_graduationline_pkey PRIMARY KEY (id);

-- CONSTRAINT students_graduationrun students_graduationrun_number_key
ALTER TABLE ONLY public.students_graduationrun
    ADD CONSTRAINT students_graduationrun_number_key UNIQUE (number);

-- CONSTRAINT students_graduationrun students_graduationrun_pkey
ALTER TABLE ONLY public.students_graduationrun
    ADD CONSTRAINT students_graduationrun_pkey PRIMARY KEY (id);

-- CONSTRAINT students_guardian guardian_place_once
ALTER TABLE ONLY public.students_guardian
    ADD CONSTRAINT guardian_place_once UNIQUE (student_id, place);

-- CONSTRAINT students_guardian students_guardian_pkey
ALTER TABLE ONLY public.students_guardian
    ADD CONSTRAINT students_guardian_pkey PRIMARY KEY (id);

-- CONSTRAINT students_headcountcell headcount_cell_once
ALTER TABLE ONLY public.students_headcountcell
    ADD CONSTRAINT headcount_cell_once UNIQUE (day, school_id, phase, cohort, status, sex, letter, permit, origin);

-- CONSTRAINT students_headcountcell students_headcountcell_pkey
ALTER TABLE ONLY public.students_headcountcell
    ADD CONSTRAINT students_headcountcell_pkey PRIMARY KEY (id);

-- CONSTRAINT students_importbatch students_importbatch_key_key
ALTER TABLE ONLY public.students_importbatch
    ADD CONSTRAINT students_importbatch_key_key UNIQUE (key);

-- CONSTRAINT students_importbatch students_importbatch_number_key
ALTER TABLE ONLY public.students_importbatch
    ADD CONSTRAINT students_importbatch_number_key UNIQUE (number);

-- CONSTRAINT students_importbatch students_importbatch_pkey
ALTER TABLE ONLY public.students_importbatch
    ADD CONSTRAINT students_importbatch_pkey PRIMARY KEY (id);

-- CONSTRAINT students_issuingbatch students_issuingbatch_number_key
ALTER TABLE ONLY public.students_issuingbatch
    ADD CONSTRAINT students_issuingbatch_number_key UNIQUE (number);

-- CONSTRAINT students_issuingbatch students_issuingbatch_pkey
ALTER TABLE ONLY public.students_issuingbatch
    ADD CONSTRAINT students_issuingbatch_pkey PRIMARY KEY (id);

-- CONSTRAINT students_issuingline issuing_once
ALTER TABLE ONLY public.students_issuingline
    ADD CONSTRAINT issuing_once UNIQUE (batch_id, student_id);

-- CONSTRAINT students_issuingline students_issuingline_issued_id_key
ALTER TABLE ONLY public.students_issuingline
    ADD CONSTRAINT students_issuingline_issued_id_key UNIQUE (issued_id);

-- CONSTRAINT students_issuingline students_issuingline_pkey
ALTER TABLE ONLY public.students_issuingline
    ADD CONSTRAINT students_issuingline_pkey PRIMARY KEY (id);

-- CONSTRAINT students_keyinformationchange students_keyinformationchange_case_id_key
ALTER TABLE ONLY public.students_keyinformationchange
    ADD CONSTRAINT students_keyinformationchange_case_id_key UNIQUE (case_id);

-- CONSTRAINT students_keyinformationchange students_keyinformationchange_pkey
ALTER TABLE ONLY public.students_keyinformationchange
    ADD CONSTRAINT students_keyinformationchange_pkey PRIMARY KEY (id);

-- CONSTRAINT students_knowntwins students_knowntwins_pkey
ALTER TABLE ONLY public.students_knowntwins
    ADD CONSTRAINT students_knowntwins_pkey PRIMARY KEY (id);

-- CONSTRAINT students_knowntwins twins_once
ALTER TABLE ONLY public.students_knowntwins
    ADD CONSTRAINT twins_once UNIQUE (first_id, second_id);

-- CONSTRAINT students_latechild students_latechild_key_key
ALTER TABLE ONLY public.students_latechild
    ADD CONSTRAINT students_latechild_key_key UNIQUE (key);

-- CONSTRAINT students_latechild students_latechild_pkey
ALTER TABLE ONLY public.students_latechild
    ADD CONSTRAINT students_latechild_pkey PRIMARY KEY (id);

-- CONSTRAINT students_latechild students_latechild_student_id_key
ALTER TABLE ONLY public.students_latechild
    ADD CONSTRAINT students_latechild_student_id_key UNIQUE (student_id);

-- CONSTRAINT students_monthlycheck students_monthlycheck_number_key
ALTER TABLE ONLY public.students_monthlycheck
    ADD CONSTRAINT students_monthlycheck_number_key UNIQUE (number);

-- CONSTRAINT students_monthlycheck students_monthlycheck_pkey
ALTER TABLE ONLY public.students_monthlycheck
    ADD CONSTRAINT students_monthlycheck_pkey PRIMARY KEY (id);

-- CONSTRAINT students_numberdeletion students_numberdeletion_case_id_key
ALTER TABLE ONLY public.students_numberdeletion
    ADD CONSTRAINT students_numberdeletion_case_id_key UNIQUE (case_id);

-- CONSTRAINT students_numberdeletion students_numberdeletion_pkey
ALTER TABLE ONLY public.students_numberdeletion
    ADD CONSTRAINT students_numberdeletion_pkey PRIMARY KEY (id);

-- CONSTRAINT students_populationperson students_populationperson_index_key
ALTER TABLE ONLY public.students_populationperson
    ADD CONSTRAINT students_populationperson_index_key UNIQUE (index);

-- CONSTRAINT students_populationperson students_populationperson_pkey
ALTER TABLE ONLY public.students_populationperson
    ADD CONSTRAINT students_populationperson_pkey PRIMARY KEY (id);

-- CONSTRAINT students_printbatch students_printbatch_key_key
ALTER TABLE ONLY public.students_printbatch
    ADD CONSTRAINT students_printbatch_key_key UNIQUE (key);

-- CONSTRAINT students_printbatch students_printbatch_number_key
ALTER TABLE ONLY public.students_printbatch
    ADD CONSTRAINT students_printbatch_number_key UNIQUE (number);

-- CONSTRAINT students_printbatch students_printbatch_pkey
ALTER TABLE ONLY public.students_printbatch
    ADD CONSTRAINT students_printbatch_pkey PRIMARY KEY (id);

-- CONSTRAINT students_problemanswer students_problemanswer_case_id_key
ALTER TABLE ONLY public.students_problemanswer
    ADD CONSTRAINT students_problemanswer_case_id_key UNIQUE (case_id);

-- CONSTRAINT students_problemanswer students_problemanswer_pkey
ALTER TABLE ONLY public.students_problemanswer
    ADD CONSTRAINT students_problemanswer_pkey PRIMARY KEY (id);

-- CONSTRAINT students_problemrecord students_problemrecord_pkey
ALTER TABLE ONLY public.students_problemrecord
    ADD CONSTRAINT students_problemrecord_pkey PRIMARY KEY (id);

-- CONSTRAINT students_promotioncount promotion_count_once
ALTER TABLE ONLY public.students_promotioncount
    ADD CONSTRAINT promotion_count_once UNIQUE (year, province_id, grade);

-- CONSTRAINT students_promotioncount students_promotioncount_pkey
ALTER TABLE ONLY public.students_promotioncount
    ADD CONSTRAINT students_promotioncount_pkey PRIMARY KEY (id);

-- CONSTRAINT students_pupilphoto students_pupilphoto_key_key
ALTER TABLE ONLY public.students_pupilphoto
    ADD CONSTRAINT students_pupilphoto_key_key UNIQUE (key);

-- CONSTRAINT students_pupilphoto students_pupilphoto_pkey
ALTER TABLE ONLY public.students_pupilphoto
    ADD CONSTRAINT students_pupilphoto_pkey PRIMARY KEY (id);

-- CONSTRAINT students_pupilrecord students_pupilrecord_pkey
ALTER TABLE ONLY public.students_pupilrecord
    ADD CONSTRAINT students_pupilrecord_pkey PRIMARY KEY (student_id);

-- CONSTRAINT students_recordremoval students_recordremoval_case_id_key
ALTER TABLE ONLY public.students_recordremoval
    ADD CONSTRAINT students_recordremoval_case_id_key UNIQUE (case_id);

-- CONSTRAINT students_recordremoval students_recordremoval_pkey
ALTER TABLE ONLY public.students_recordremoval
    ADD CONSTRAINT students_recordremoval_pkey PRIMARY KEY (id);

-- CONSTRAINT students_recordremoval students_recordremoval_student_id_key
ALTER TABLE ONLY public.students_recordremoval
    ADD CONSTRAINT students_recordremoval_student_id_key UNIQUE (student_id);

-- CONSTRAINT students_recruitedpupil students_recruitedpupil_pkey
ALTER TABLE ONLY public.students_recruitedpupil
    ADD CONSTRAINT students_recruitedpupil_pkey PRIMARY KEY (id);

-- CONSTRAINT students_recruitmentreturn students_recruitmentreturn_case_id_key
ALTER TABLE ONLY public.students_recruitmentreturn
    ADD CONSTRAINT students_recruitmentreturn_case_id_key UNIQUE (case_id);

-- CONSTRAINT students_recruitmentreturn students_recruitmentreturn_pkey
ALTER TABLE ONLY public.students_recruitmentreturn
    ADD CONSTRAINT students_recruitmentreturn_pkey PRIMARY KEY (id);

-- CONSTRAINT students_registrationnumber number_once
ALTER TABLE ONLY public.students_registrationnumber
    ADD CONSTRAINT number_once UNIQUE (index);

-- CONSTRAINT students_registrationnumber students_registrationnumber_pkey
ALTER TABLE ONLY public.students_registrationnumber
    ADD CONSTRAINT students_registrationnumber_pkey PRIMARY KEY (id);

-- CONSTRAINT students_rosterexport students_rosterexport_key_key
ALTER TABLE ONLY public.students_rosterexport
    ADD CONSTRAINT students_rosterexport_key_key UNIQUE (key);

-- CONSTRAINT students_rosterexport students_rosterexport_number_key
ALTER TABLE ONLY public.students_rosterexport
    ADD CONSTRAINT students_rosterexport_number_key UNIQUE (number);

-- CONSTRAINT students_rosterexport students_rosterexport_pkey
ALTER TABLE ONLY public.students_rosterexport
    ADD CONSTRAINT students_rosterexport_pkey PRIMARY KEY (id);

-- CONSTRAINT students_sampledpupil drawn_once
ALTER TABLE ONLY public.students_sampledpupil
    ADD CONSTRAINT drawn_once UNIQUE (part_id, student_id);

-- CONSTRAINT students_sampledpupil students_sampledpupil_pkey
ALTER TABLE ONLY public.students_sampledpupil
    ADD CONSTRAINT students_sampledpupil_pkey PRIMARY KEY (id);

-- CONSTRAINT students_schoolclass class_once
ALTER TABLE ONLY public.students_schoolclass
    ADD CONSTRAINT class_once UNIQUE (school_id, phase, cohort, number);

-- CONSTRAINT students_schoolclass students_schoolclass_pkey
ALTER TABLE ONLY public.students_schoolclass
    ADD CONSTRAINT students_schoolclass_pkey PRIMARY KEY (id);

-- CONSTRAINT students_schoolverification school_in_round_once
ALTER TABLE ONLY public.students_schoolverification
    ADD CONSTRAINT school_in_round_once UNIQUE (round_id, school_id);

-- CONSTRAINT students_schoolverification students_schoolverification_pkey
ALTER TABLE ONLY public.students_schoolverification
    ADD CONSTRAINT students_schoolverification_pkey PRIMARY KEY (id);

-- CONSTRAINT students_sheetprint students_sheetprint_code_hash_key
ALTER TABLE ONLY public.students_sheetprint
    ADD CONSTRAINT students_sheetprint_code_hash_key UNIQUE (code_hash);

-- CONSTRAINT students_sheetprint students_sheetprint_pkey
ALTER TABLE ONLY public.students_sheetprint
    ADD CONSTRAINT students_sheetprint_pkey PRIMARY KEY (id);

-- CONSTRAINT students_sheetprint students_sheetprint_serial_key
ALTER TABLE ONLY public.students_sheetprint
    ADD CONSTRAINT students_sheetprint_serial_key UNIQUE (serial);

-- CONSTRAINT students_statuschange students_statuschange_case_id_key
ALTER TABLE ONLY public.students_statuschange
    ADD CONSTRAINT students_statuschange_case_id_key UNIQUE (case_id);

-- CONSTRAINT students_statuschange students_statuschange_pkey
ALTER TABLE ONLY public.students_statuschange
    ADD CONSTRAINT students_statuschange_pkey PRIMARY KEY (id);

-- CONSTRAINT students_student students_student_key_key
ALTER TABLE ONLY public.students_student
    ADD CONSTRAINT students_student_key_key UNIQUE (key);

-- CONSTRAINT students_student students_student_pkey
ALTER TABLE ONLY public.students_student
    ADD CONSTRAINT students_student_pkey PRIMARY KEY (id);

-- CONSTRAINT students_takenback students_takenback_case_id_key
ALTER TABLE ONLY public.students_takenback
    ADD CONSTRAINT students_takenback_case_id_key UNIQUE (case_id);

-- CONSTRAINT students_takenback students_takenback_pkey
ALTER TABLE ONLY public.students_takenback
    ADD CONSTRAINT students_takenback_pkey PRIMARY KEY (id);

-- CONSTRAINT students_twindecision students_twindecision_case_id_key
ALTER TABLE ONLY public.students_twindecision
    ADD CONSTRAINT students_twindecision_case_id_key UNIQUE (case_id);

-- CONSTRAINT students_twindecision students_twindecision_pkey
ALTER TABLE ONLY public.students_twindecision
    ADD CONSTRAINT students_twindecision_pkey PRIMARY KEY (id);

-- CONSTRAINT students_verificationround students_verificationround_number_key
ALTER TABLE ONLY public.students_verificationround
    ADD CONSTRAINT students_verificationround_number_key UNIQUE (number);

-- CONSTRAINT students_verificationround students_verificationround_pkey
ALTER TABLE ONLY public.students_verificationround
    ADD CONSTRAINT students_verificationround_pkey PRIMARY KEY (id);

-- CONSTRAINT students_verificationround term_verified_once
ALTER TABLE ONLY public.students_verificationround
    ADD CONSTRAINT term_verified_once UNIQUE (authority_id, school_year, term);

-- CONSTRAINT tickets_complaint tickets_complaint_pkey
ALTER TABLE ONLY public.tickets_complaint
    ADD CONSTRAINT tickets_complaint_pkey PRIMARY KEY (ticket_ptr_id);

-- CONSTRAINT tickets_enclosure enclosure_position_once
ALTER TABLE ONLY public.tickets_enclosure
    ADD CONSTRAINT enclosure_position_once UNIQUE (ticket_id, "position");

-- CONSTRAINT tickets_enclosure tickets_enclosure_key_key
ALTER TABLE ONLY public.tickets_enclosure
    ADD CONSTRAINT tickets_enclosure_key_key UNIQUE (key);

-- CONSTRAINT tickets_enclosure tickets_enclosure_pkey
ALTER TABLE ONLY public.tickets_enclosure
    ADD CONSTRAINT tickets_enclosure_pkey PRIMARY KEY (id);

-- CONSTRAINT tickets_entry tickets_entry_pkey
ALTER TABLE ONLY public.tickets_entry
    ADD CONSTRAINT tickets_entry_pkey PRIMARY KEY (id);

-- CONSTRAINT tickets_problemreport tickets_problemreport_pkey
ALTER TABLE ONLY public.tickets_problemreport
    ADD CONSTRAINT tickets_problemreport_pkey PRIMARY KEY (ticket_ptr_id);

-- CONSTRAINT tickets_reportedproblem problem_position_once
ALTER TABLE ONLY public.tickets_reportedproblem
    ADD CONSTRAINT problem_position_once UNIQUE (report_id, "position");

-- CONSTRAINT tickets_reportedproblem tickets_reportedproblem_pkey
ALTER TABLE ONLY public.tickets_reportedproblem
    ADD CONSTRAINT tickets_reportedproblem_pkey PRIMARY KEY (id);

-- CONSTRAINT tickets_supervision tickets_supervision_pkey
ALTER TABLE ONLY public.tickets_supervision
    ADD CONSTRAINT tickets_supervision_pkey PRIMARY KEY (ticket_ptr_id);

-- CONSTRAINT tickets_thread tickets_thread_pkey
ALTER TABLE ONLY public.tickets_thread
    ADD CONSTRAINT tickets_thread_pkey PRIMARY KEY (id);

-- CONSTRAINT tickets_ticket tickets_ticket_number_key
ALTER TABLE ONLY public.tickets_ticket
    ADD CONSTRAINT tickets_ticket_number_key UNIQUE (number);

-- CONSTRAINT tickets_ticket tickets_ticket_pkey
ALTER TABLE ONLY public.tickets_ticket
    ADD CONSTRAINT tickets_ticket_pkey PRIMARY KEY (id);

-- CONSTRAINT tickets_verification tickets_verification_pkey
ALTER TABLE ONLY public.tickets_verification
    ADD CONSTRAINT tickets_verification_pkey PRIMARY KEY (ticket_ptr_id);

-- CONSTRAINT transfers_offlinetransfer transfers_offlinetransfer_number_key
ALTER TABLE ONLY public.transfers_offlinetransfer
    ADD CONSTRAINT transfers_offlinetransfer_number_key UNIQUE (number);

-- CONSTRAINT transfers_offlinetransfer transfers_offlinetransfer_pkey
ALTER TABLE ONLY public.transfers_offlinetransfer
    ADD CONSTRAINT transfers_offlinetransfer_pkey PRIMARY KEY (id);

-- CONSTRAINT transfers_transfer transfers_transfer_case_id_key
ALTER TABLE ONLY public.transfers_transfer
    ADD CONSTRAINT transfers_transfer_case_id_key UNIQUE (case_id);

-- CONSTRAINT transfers_transfer transfers_transfer_pkey
ALTER TABLE ONLY public.transfers_transfer
    ADD CONSTRAINT transfers_transfer_pkey PRIMARY KEY (id);

-- CONSTRAINT transfers_transferreason transfer_reason_once
ALTER TABLE ONLY public.transfers_transferreason
    ADD CONSTRAINT transfer_reason_once UNIQUE NULLS NOT DISTINCT (key, province_id, valid_from);

-- CONSTRAINT transfers_transferreason transfers_transferreason_pkey
ALTER TABLE ONLY public.transfers_transferreason
    ADD CONSTRAINT transfers_transferreason_pkey PRIMARY KEY (id);

-- EXTENSION btree_gist
CREATE EXTENSION IF NOT EXISTS btree_gist WITH SCHEMA public;

-- EXTENSION pg_trgm
CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;

-- FK CONSTRAINT auth_group_permissions auth_group_permissio_permission_id_84c5c92e_fk_auth_perm
ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissio_permission_id_84c5c92e_fk_auth_perm FOREIGN KEY (permission_id) REFERENCES public.auth_permission(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT auth_group_permissions auth_group_permissions_group_id_b120cbf9_fk_auth_group_id
ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissions_group_id_b120cbf9_fk_auth_group_id FOREIGN KEY (group_id) REFERENCES public.auth_group(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT auth_permission auth_permission_content_type_id_2f476e4b_fk_django_co
ALTER TABLE ONLY public.auth_permission
    ADD CONSTRAINT auth_permission_content_type_id_2f476e4b_fk_django_co FOREIGN KEY (content_type_id) REFERENCES public.django_content_type(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT axes_accessattemptexpiration axes_accessattemptex_access_attempt_id_6b73a47a_fk_axes_acce
ALTER TABLE ONLY public.axes_accessattemptexpiration
    ADD CONSTRAINT axes_accessattemptex_access_attempt_id_6b73a47a_fk_axes_acce FOREIGN KEY (access_attempt_id) REFERENCES public.axes_accessattempt(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT django_admin_log django_admin_log_content_type_id_c4bce8eb_fk_django_co
ALTER TABLE ONLY public.django_admin_log
    ADD CONSTRAINT django_admin_log_content_type_id_c4bce8eb_fk_django_co FOREIGN KEY (content_type_id) REFERENCES public.django_content_type(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT django_admin_log django_admin_log_user_id_c564eba6_fk_orgs_account_id
ALTER TABLE ONLY public.django_admin_log
    ADD CONSTRAINT django_admin_log_user_id_c564eba6_fk_orgs_account_id FOREIGN KEY (user_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT orgs_accessreview orgs_accessreview_by_id_3e4fb91a_fk_orgs_account_id
ALTER TABLE ONLY public.orgs_accessreview
    ADD CONSTRAINT orgs_accessreview_by_id_3e4fb91a_fk_orgs_account_id FOREIGN KEY (by_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT orgs_accessreview orgs_accessreview_unit_id_04ace878_fk_orgs_unit_id
ALTER TABLE ONLY public.orgs_accessreview
    ADD CONSTRAINT orgs_accessreview_unit_id_04ace878_fk_orgs_unit_id FOREIGN KEY (unit_id) REFERENCES public.orgs_unit(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT orgs_account orgs_account_person_id_49b8e7fd_fk_orgs_person_id
ALTER TABLE ONLY public.orgs_account
    ADD CONSTRAINT orgs_account_person_id_49b8e7fd_fk_orgs_person_id FOREIGN KEY (person_id) REFERENCES public.orgs_person(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT orgs_account_groups orgs_account_groups_account_id_9a5d2fb1_fk_orgs_account_id
ALTER TABLE ONLY public.orgs_account_groups
    ADD CONSTRAINT orgs_account_groups_account_id_9a5d2fb1_fk_orgs_account_id FOREIGN KEY (account_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT orgs_account_groups orgs_account_groups_group_id_ec13de90_fk_auth_group_id
ALTER TABLE ONLY public.orgs_account_groups
    ADD CONSTRAINT orgs_account_groups_group_id_ec13de90_fk_auth_group_id FOREIGN KEY (group_id) REFERENCES public.auth_group(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT orgs_account_user_permissions orgs_account_user_pe_account_id_bc7fda9d_fk_orgs_acco
ALTER TABLE ONLY public.orgs_account_user_permissions
    ADD CONSTRAINT orgs_account_user_pe_account_id_bc7fda9d_fk_orgs_acco FOREIGN KEY (account_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT orgs_account_user_permissions orgs_account_user_pe_permission_id_2435794e_fk_auth_perm
ALTER TABLE ONLY public.orgs_account_user_permissions
    ADD CONSTRAINT orgs_account_user_pe_permission_id_2435794e_fk_auth_perm FOREIGN KEY (permission_id) REFERENCES public.auth_permission(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT orgs_apitoken orgs_apitoken_account_id_0125c985_fk_orgs_account_id
ALTER TABLE ONLY public.orgs_apitoken
    ADD CONSTRAINT orgs_apitoken_account_id_0125c985_fk_orgs_account_id FOREIGN KEY (account_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT orgs_arrangement orgs_arrangement_above_id_ceb6eb85_fk_orgs_unit_id
ALTER TABLE ONLY public.orgs_arrangement
    ADD CONSTRAINT orgs_arrangement_above_id_ceb6eb85_fk_orgs_unit_id FOREIGN KEY (above_id) REFERENCES public.orgs_unit(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT orgs_arrangement orgs_arrangement_by_id_efcdfd86_fk_orgs_account_id
ALTER TABLE ONLY public.orgs_arrangement
    ADD CONSTRAINT orgs_arrangement_by_id_efcdfd86_fk_orgs_account_id FOREIGN KEY (by_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT orgs_arrangement orgs_arrangement_post_id_27f17ba0_fk_orgs_post_id
ALTER TABLE ONLY public.orgs_arrangement
    ADD CONSTRAINT orgs_arrangement_post_id_27f17ba0_fk_orgs_post_id FOREIGN KEY (post_id) REFERENCES public.orgs_post(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT orgs_confirmation orgs_confirmation_account_id_77332e91_fk_orgs_account_id
ALTER TABLE ONLY public.orgs_confirmation
    ADD CONSTRAINT orgs_confirmation_account_id_77332e91_fk_orgs_account_id FOREIGN KEY (account_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT orgs_confirmation orgs_confirmation_asked_by_id_2d011145_fk_orgs_account_id
ALTER TABLE ONLY public.orgs_confirmation
    ADD CONSTRAINT orgs_confirmation_asked_by_id_2d011145_fk_orgs_account_id FOREIGN KEY (asked_by_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT orgs_confirmation orgs_confirmation_asked_person_id_281465d7_fk_orgs_person_id
ALTER TABLE ONLY public.orgs_confirmation
    ADD CONSTRAINT orgs_confirmation_asked_person_id_281465d7_fk_orgs_person_id FOREIGN KEY (asked_person_id) REFERENCES public.orgs_person(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT orgs_confirmation orgs_confirmation_confirmed_by_id_8241439e_fk_orgs_account_id
ALTER TABLE ONLY public.orgs_confirmation
    ADD CONSTRAINT orgs_confirmation_confirmed_by_id_8241439e_fk_orgs_account_id FOREIGN KEY (confirmed_by_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT orgs_confirmation orgs_confirmation_loan_id_288c76d0_fk_orgs_delegation_id
ALTER TABLE ONLY public.orgs_confirmation
    ADD CONSTRAINT orgs_confirmation_loan_id_288c76d0_fk_orgs_delegation_id FOREIGN KEY (loan_id) REFERENCES public.orgs_delegation(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT orgs_confirmation orgs_confirmation_person_id_090dae99_fk_orgs_person_id
ALTER TABLE ONLY public.orgs_confirmation
    ADD CONSTRAINT orgs_confirmation_person_id_090dae99_fk_orgs_person_id FOREIGN KEY (person_id) REFERENCES public.orgs_person(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT orgs_confirmation orgs_confirmation_post_id_5a0fe847_fk_orgs_post_id
ALTER TABLE ONLY public.orgs_confirmation
    ADD CONSTRAINT orgs_confirmation_post_id_5a0fe847_fk_orgs_post_id FOREIGN KEY (post_id) REFERENCES public.orgs_post(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT orgs_confirmation orgs_confirmation_unit_id_3e528d5a_fk_orgs_unit_id
ALTER TABLE ONLY public.orgs_confirmation
    ADD CONSTRAINT orgs_confirmation_unit_id_3e528d5a_fk_orgs_unit_id FOREIGN KEY (unit_id) REFERENCES public.orgs_unit(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT orgs_delegation orgs_delegation_account_id_f7d9a034_fk_orgs_account_id
ALTER TABLE ONLY public.orgs_delegation
    ADD CONSTRAINT orgs_delegation_account_id_f7d9a034_fk_orgs_account_id FOREIGN KEY (account_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT orgs_delegation orgs_delegation_post_id_9c4e5c9e_fk_orgs_post_id
ALTER TABLE ONLY public.orgs_delegation
    ADD CONSTRAINT orgs_delegation_post_id_9c4e5c9e_fk_orgs_post_id FOREIGN KEY (post_id) REFERENCES public.orgs_post(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT orgs_onetimecode orgs_onetimecode_account_id_237aa9b6_fk_orgs_account_id
ALTER TABLE ONLY public.orgs_onetimecode
    ADD CONSTRAINT orgs_onetimecode_account_id_237aa9b6_fk_orgs_account_id FOREIGN KEY (account_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT orgs_onetimecode orgs_onetimecode_given_by_id_d5ccfedf_fk_orgs_account_id
ALTER TABLE ONLY public.orgs_onetimecode
    ADD CONSTRAINT orgs_onetimecode_given_by_id_d5ccfedf_fk_orgs_account_id FOREIGN KEY (given_by_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT orgs_post orgs_post_account_id_aa8d5e87_fk_orgs_account_id
ALTER TABLE ONLY public.orgs_post
    ADD CONSTRAINT orgs_post_account_id_aa8d5e87_fk_orgs_account_id FOREIGN KEY (account_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT orgs_post orgs_post_person_id_73a2a842_fk_orgs_person_id
ALTER TABLE ONLY public.orgs_post
    ADD CONSTRAINT orgs_post_person_id_73a2a842_fk_orgs_person_id FOREIGN KEY (person_id) REFERENCES public.orgs_person(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT orgs_post orgs_post_unit_id_f5773d0f_fk_orgs_unit_id
ALTER TABLE ONLY public.orgs_post
    ADD CONSTRAINT orgs_post_unit_id_f5773d0f_fk_orgs_unit_id FOREIGN KEY (unit_id) REFERENCES public.orgs_unit(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT orgs_presence orgs_presence_account_id_753194b0_fk_orgs_account_id
ALTER TABLE ONLY public.orgs_presence
    ADD CONSTRAINT orgs_presence_account_id_753194b0_fk_orgs_account_id FOREIGN KEY (account_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT orgs_schoolsystemperiod orgs_schoolsystemperiod_school_id_9b037a9f_fk_orgs_unit_id
ALTER TABLE ONLY public.orgs_schoolsystemperiod
    ADD CONSTRAINT orgs_schoolsystemperiod_school_id_9b037a9f_fk_orgs_unit_id FOREIGN KEY (school_id) REFERENCES public.orgs_unit(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT orgs_training orgs_training_person_id_81efe820_fk_orgs_person_id
ALTER TABLE ONLY public.orgs_training
    ADD CONSTRAINT orgs_training_person_id_81efe820_fk_orgs_person_id FOREIGN KEY (person_id) REFERENCES public.orgs_person(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT orgs_unit orgs_unit_authority_id_50deddc6_fk_orgs_unit_id
ALTER TABLE ONLY public.orgs_unit
    ADD CONSTRAINT orgs_unit_authority_id_50deddc6_fk_orgs_unit_id FOREIGN KEY (authority_id) REFERENCES public.orgs_unit(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT orgs_unit orgs_unit_league_id_db113e06_fk_orgs_unit_id
ALTER TABLE ONLY public.orgs_unit
    ADD CONSTRAINT orgs_unit_league_id_db113e06_fk_orgs_unit_id FOREIGN KEY (league_id) REFERENCES public.orgs_unit(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT orgs_unit orgs_unit_province_id_ca6ae3fe_fk_orgs_unit_id
ALTER TABLE ONLY public.orgs_unit
    ADD CONSTRAINT orgs_unit_province_id_ca6ae3fe_fk_orgs_unit_id FOREIGN KEY (province_id) REFERENCES public.orgs_unit(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT orgs_unit orgs_unit_successor_id_aa9c6da8_fk_orgs_unit_id
ALTER TABLE ONLY public.orgs_unit
    ADD CONSTRAINT orgs_unit_successor_id_aa9c6da8_fk_orgs_unit_id FOREIGN KEY (successor_id) REFERENCES public.orgs_unit(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT otp_static_staticdevice otp_static_staticdevice_user_id_7f9cff2b_fk_orgs_account_id
ALTER TABLE ONLY public.otp_static_staticdevice
    ADD CONSTRAINT otp_static_staticdevice_user_id_7f9cff2b_fk_orgs_account_id FOREIGN KEY (user_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT otp_static_statictoken otp_static_statictok_device_id_74b7c7d1_fk_otp_stati
ALTER TABLE ONLY public.otp_static_statictoken
    ADD CONSTRAINT otp_static_statictok_device_id_74b7c7d1_fk_otp_stati FOREIGN KEY (device_id) REFERENCES public.otp_static_staticdevice(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT otp_totp_totpdevice otp_totp_totpdevice_user_id_0fb18292_fk_orgs_account_id
ALTER TABLE ONLY public.otp_totp_totpdevice
    ADD CONSTRAINT otp_totp_totpdevice_user_id_0fb18292_fk_orgs_account_id FOREIGN KEY (user_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT reviews_act reviews_act_account_id_39ba9b50_fk_orgs_account_id
ALTER TABLE ONLY public.reviews_act
    ADD CONSTRAINT reviews_act_account_id_39ba9b50_fk_orgs_account_id FOREIGN KEY (account_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT reviews_act reviews_act_case_id_974c4a03_fk_reviews_case_id
ALTER TABLE ONLY public.reviews_act
    ADD CONSTRAINT reviews_act_case_id_974c4a03_fk_reviews_case_id FOREIGN KEY (case_id) REFERENCES public.reviews_case(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT reviews_act reviews_act_step_id_39e3df88_fk_reviews_step_id
ALTER TABLE ONLY public.reviews_act
    ADD CONSTRAINT reviews_act_step_id_39e3df88_fk_reviews_step_id FOREIGN KEY (step_id) REFERENCES public.reviews_step(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT reviews_act reviews_act_unit_id_9f144682_fk_orgs_unit_id
ALTER TABLE ONLY public.reviews_act
    ADD CONSTRAINT reviews_act_unit_id_9f144682_fk_orgs_unit_id FOREIGN KEY (unit_id) REFERENCES public.orgs_unit(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT reviews_attachment reviews_attachment_case_id_30e45530_fk_reviews_case_id
ALTER TABLE ONLY public.reviews_attachment
    ADD CONSTRAINT reviews_attachment_case_id_30e45530_fk_reviews_case_id FOREIGN KEY (case_id) REFERENCES public.reviews_case(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT reviews_attachment reviews_attachment_uploaded_by_id_b311e8aa_fk_orgs_account_id
ALTER TABLE ONLY public.reviews_attachment
    ADD CONSTRAINT reviews_attachment_uploaded_by_id_b311e8aa_fk_orgs_account_id FOREIGN KEY (uploaded_by_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT reviews_case reviews_case_copied_from_id_66684971_fk_reviews_case_id
ALTER TABLE ONLY public.reviews_case
    ADD CONSTRAINT reviews_case_copied_from_id_66684971_fk_reviews_case_id FOREIGN KEY (copied_from_id) REFERENCES public.reviews_case(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT reviews_case reviews_case_created_by_id_bbe74707_fk_orgs_account_id
ALTER TABLE ONLY public.reviews_case
    ADD CONSTRAINT reviews_case_created_by_id_bbe74707_fk_orgs_account_id FOREIGN KEY (created_by_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT reviews_case reviews_case_holder_id_72febabc_fk_orgs_unit_id
ALTER TABLE ONLY public.reviews_case
    ADD CONSTRAINT reviews_case_holder_id_72febabc_fk_orgs_unit_id FOREIGN KEY (holder_id) REFERENCES public.orgs_unit(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT reviews_case reviews_case_receiving_unit_id_f554a976_fk_orgs_unit_id
ALTER TABLE ONLY public.reviews_case
    ADD CONSTRAINT reviews_case_receiving_unit_id_f554a976_fk_orgs_unit_id FOREIGN KEY (receiving_unit_id) REFERENCES public.orgs_unit(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT reviews_case reviews_case_route_id_4c61d398_fk_reviews_route_id
ALTER TABLE ONLY public.reviews_case
    ADD CONSTRAINT reviews_case_route_id_4c61d398_fk_reviews_route_id FOREIGN KEY (route_id) REFERENCES public.reviews_route(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT reviews_case reviews_case_sending_unit_id_e3440479_fk_orgs_unit_id
ALTER TABLE ONLY public.reviews_case
    ADD CONSTRAINT reviews_case_sending_unit_id_e3440479_fk_orgs_unit_id FOREIGN KEY (sending_unit_id) REFERENCES public.orgs_unit(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT reviews_fault reviews_fault_closed_by_id_4076c2e8_fk_orgs_account_id
ALTER TABLE ONLY public.reviews_fault
    ADD CONSTRAINT reviews_fault_closed_by_id_4076c2e8_fk_orgs_account_id FOREIGN KEY (closed_by_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT reviews_fault reviews_fault_closed_from_id_f433fe23_fk_orgs_unit_id
ALTER TABLE ONLY public.reviews_fault
    ADD CONSTRAINT reviews_fault_closed_from_id_f433fe23_fk_orgs_unit_id FOREIGN KEY (closed_from_id) REFERENCES public.orgs_unit(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT reviews_fault reviews_fault_opened_by_id_5152aecf_fk_orgs_account_id
ALTER TABLE ONLY public.reviews_fault
    ADD CONSTRAINT reviews_fault_opened_by_id_5152aecf_fk_orgs_account_id FOREIGN KEY (opened_by_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT reviews_fault reviews_fault_opened_from_id_cdbd8b84_fk_orgs_unit_id
ALTER TABLE ONLY public.reviews_fault
    ADD CONSTRAINT reviews_fault_opened_from_id_cdbd8b84_fk_orgs_unit_id FOREIGN KEY (opened_from_id) REFERENCES public.orgs_unit(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT reviews_fault reviews_fault_unit_id_bf143aae_fk_orgs_unit_id
ALTER TABLE ONLY public.reviews_fault
    ADD CONSTRAINT reviews_fault_unit_id_bf143aae_fk_orgs_unit_id FOREIGN KEY (unit_id) REFERENCES public.orgs_unit(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT reviews_forbiddenphrase reviews_forbiddenphrase_province_id_f9d677b2_fk_orgs_unit_id
ALTER TABLE ONLY public.reviews_forbiddenphrase
    ADD CONSTRAINT reviews_forbiddenphrase_province_id_f9d677b2_fk_orgs_unit_id FOREIGN KEY (province_id) REFERENCES public.orgs_unit(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT reviews_limit reviews_limit_province_id_bfdc4f7c_fk_orgs_unit_id
ALTER TABLE ONLY public.reviews_limit
    ADD CONSTRAINT reviews_limit_province_id_bfdc4f7c_fk_orgs_unit_id FOREIGN KEY (province_id) REFERENCES public.orgs_unit(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT reviews_notice reviews_notice_account_id_ee9d1a9e_fk_orgs_account_id
ALTER TABLE ONLY public.reviews_notice
    ADD CONSTRAINT reviews_notice_account_id_ee9d1a9e_fk_orgs_account_id FOREIGN KEY (account_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT reviews_notice reviews_notice_case_id_cc6ec6b5_fk_reviews_case_id
ALTER TABLE ONLY public.reviews_notice
    ADD CONSTRAINT reviews_notice_case_id_cc6ec6b5_fk_reviews_case_id FOREIGN KEY (case_id) REFERENCES public.reviews_case(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT reviews_overduerecord reviews_overduerecord_case_id_89a3a910_fk_reviews_case_id
ALTER TABLE ONLY public.reviews_overduerecord
    ADD CONSTRAINT reviews_overduerecord_case_id_89a3a910_fk_reviews_case_id FOREIGN KEY (case_id) REFERENCES public.reviews_case(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT reviews_overduerecord reviews_overduerecord_step_id_81fa21b5_fk_reviews_step_id
ALTER TABLE ONLY public.reviews_overduerecord
    ADD CONSTRAINT reviews_overduerecord_step_id_81fa21b5_fk_reviews_step_id FOREIGN KEY (step_id) REFERENCES public.reviews_step(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT reviews_overduerecord reviews_overduerecord_unit_id_23c0d89d_fk_orgs_unit_id
ALTER TABLE ONLY public.reviews_overduerecord
    ADD CONSTRAINT reviews_overduerecord_unit_id_23c0d89d_fk_orgs_unit_id FOREIGN KEY (unit_id) REFERENCES public.orgs_unit(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT reviews_quickphrase reviews_quickphrase_account_id_eec28c2d_fk_orgs_account_id
ALTER TABLE ONLY public.reviews_quickphrase
    ADD CONSTRAINT reviews_quickphrase_account_id_eec28c2d_fk_orgs_account_id FOREIGN KEY (account_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT reviews_quickphrase reviews_quickphrase_unit_id_f8f4d2a9_fk_orgs_unit_id
ALTER TABLE ONLY public.reviews_quickphrase
    ADD CONSTRAINT reviews_quickphrase_unit_id_f8f4d2a9_fk_orgs_unit_id FOREIGN KEY (unit_id) REFERENCES public.orgs_unit(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT reviews_refusalreason reviews_refusalreason_province_id_4d100afe_fk_orgs_unit_id
ALTER TABLE ONLY public.reviews_refusalreason
    ADD CONSTRAINT reviews_refusalreason_province_id_4d100afe_fk_orgs_unit_id FOREIGN KEY (province_id) REFERENCES public.orgs_unit(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT reviews_route reviews_route_province_id_47ea3059_fk_orgs_unit_id
ALTER TABLE ONLY public.reviews_route
    ADD CONSTRAINT reviews_route_province_id_47ea3059_fk_orgs_unit_id FOREIGN KEY (province_id) REFERENCES public.orgs_unit(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT reviews_step reviews_step_asked_by_id_ca1c967e_fk_reviews_step_id
ALTER TABLE ONLY public.reviews_step
    ADD CONSTRAINT reviews_step_asked_by_id_ca1c967e_fk_reviews_step_id FOREIGN KEY (asked_by_id) REFERENCES public.reviews_step(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT reviews_step reviews_step_case_id_5445b9b1_fk_reviews_case_id
ALTER TABLE ONLY public.reviews_step
    ADD CONSTRAINT reviews_step_case_id_5445b9b1_fk_reviews_case_id FOREIGN KEY (case_id) REFERENCES public.reviews_case(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT reviews_step reviews_step_first_opened_by_id_1adb42c2_fk_orgs_account_id
ALTER TABLE ONLY public.reviews_step
    ADD CONSTRAINT reviews_step_first_opened_by_id_1adb42c2_fk_orgs_account_id FOREIGN KEY (first_opened_by_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT reviews_step reviews_step_handler_id_41a8263f_fk_orgs_account_id
ALTER TABLE ONLY public.reviews_step
    ADD CONSTRAINT reviews_step_handler_id_41a8263f_fk_orgs_account_id FOREIGN KEY (handler_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT reviews_step reviews_step_handler_person_id_4da06232_fk_orgs_person_id
ALTER TABLE ONLY public.reviews_step
    ADD CONSTRAINT reviews_step_handler_person_id_4da06232_fk_orgs_person_id FOREIGN KEY (handler_person_id) REFERENCES public.orgs_person(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT reviews_step reviews_step_recall_of_id_c0a5e551_fk_reviews_step_id
ALTER TABLE ONLY public.reviews_step
    ADD CONSTRAINT reviews_step_recall_of_id_c0a5e551_fk_reviews_step_id FOREIGN KEY (recall_of_id) REFERENCES public.reviews_step(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT reviews_step reviews_step_resumes_id_f1088c1d_fk_reviews_step_id
ALTER TABLE ONLY public.reviews_step
    ADD CONSTRAINT reviews_step_resumes_id_f1088c1d_fk_reviews_step_id FOREIGN KEY (resumes_id) REFERENCES public.reviews_step(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT reviews_step reviews_step_signer_id_642a4702_fk_orgs_account_id
ALTER TABLE ONLY public.reviews_step
    ADD CONSTRAINT reviews_step_signer_id_642a4702_fk_orgs_account_id FOREIGN KEY (signer_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT reviews_step reviews_step_signer_person_id_35dfc838_fk_orgs_person_id
ALTER TABLE ONLY public.reviews_step
    ADD CONSTRAINT reviews_step_signer_person_id_35dfc838_fk_orgs_person_id FOREIGN KEY (signer_person_id) REFERENCES public.orgs_person(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT reviews_step reviews_step_unit_id_f9720b5a_fk_orgs_unit_id
ALTER TABLE ONLY public.reviews_step
    ADD CONSTRAINT reviews_step_unit_id_f9720b5a_fk_orgs_unit_id FOREIGN KEY (unit_id) REFERENCES public.orgs_unit(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT reviews_vacation reviews_vacation_province_id_23b01da6_fk_orgs_unit_id
ALTER TABLE ONLY public.reviews_vacation
    ADD CONSTRAINT reviews_vacation_province_id_23b01da6_fk_orgs_unit_id FOREIGN KEY (province_id) REFERENCES public.orgs_unit(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT reviews_wallappeal reviews_wallappeal_account_id_98f13a12_fk_orgs_account_id
ALTER TABLE ONLY public.reviews_wallappeal
    ADD CONSTRAINT reviews_wallappeal_account_id_98f13a12_fk_orgs_account_id FOREIGN KEY (account_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT reviews_wallappeal reviews_wallappeal_case_id_80e3714e_fk_reviews_case_id
ALTER TABLE ONLY public.reviews_wallappeal
    ADD CONSTRAINT reviews_wallappeal_case_id_80e3714e_fk_reviews_case_id FOREIGN KEY (case_id) REFERENCES public.reviews_case(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT reviews_wallappeal reviews_wallappeal_decider_id_d063c505_fk_orgs_account_id
ALTER TABLE ONLY public.reviews_wallappeal
    ADD CONSTRAINT reviews_wallappeal_decider_id_d063c505_fk_orgs_account_id FOREIGN KEY (decider_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT reviews_wallappeal reviews_wallappeal_decider_person_id_1bbeca97_fk_orgs_person_id
ALTER TABLE ONLY public.reviews_wallappeal
    ADD CONSTRAINT reviews_wallappeal_decider_person_id_1bbeca97_fk_orgs_person_id FOREIGN KEY (decider_person_id) REFERENCES public.orgs_person(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT reviews_wallappeal reviews_wallappeal_person_id_5116bb53_fk_orgs_person_id
ALTER TABLE ONLY public.reviews_wallappeal
    ADD CONSTRAINT reviews_wallappeal_person_id_5116bb53_fk_orgs_person_id FOREIGN KEY (person_id) REFERENCES public.orgs_person(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT reviews_wallappeal reviews_wallappeal_phrase_id_fc365319_fk_reviews_f
ALTER TABLE ONLY public.reviews_wallappeal
    ADD CONSTRAINT reviews_wallappeal_phrase_id_fc365319_fk_reviews_f FOREIGN KEY (phrase_id) REFERENCES public.reviews_forbiddenphrase(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT reviews_wallappeal reviews_wallappeal_step_id_264a99fd_fk_reviews_step_id
ALTER TABLE ONLY public.reviews_wallappeal
    ADD CONSTRAINT reviews_wallappeal_step_id_264a99fd_fk_reviews_step_id FOREIGN KEY (step_id) REFERENCES public.reviews_step(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT reviews_wallappeal reviews_wallappeal_unit_id_4daa8abc_fk_orgs_unit_id
ALTER TABLE ONLY public.reviews_wallappeal
    ADD CONSTRAINT reviews_wallappeal_unit_id_4daa8abc_fk_orgs_unit_id FOREIGN KEY (unit_id) REFERENCES public.orgs_unit(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT reviews_wallappeal reviews_wallappeal_upper_id_5bdb09a7_fk_orgs_unit_id
ALTER TABLE ONLY public.reviews_wallappeal
    ADD CONSTRAINT reviews_wallappeal_upper_id_5bdb09a7_fk_orgs_unit_id FOREIGN KEY (upper_id) REFERENCES public.orgs_unit(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT reviews_wallmark reviews_wallmark_account_id_ff0e4426_fk_orgs_account_id
ALTER TABLE ONLY public.reviews_wallmark
    ADD CONSTRAINT reviews_wallmark_account_id_ff0e4426_fk_orgs_account_id FOREIGN KEY (account_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT reviews_wallmark reviews_wallmark_case_id_0b65ec79_fk_reviews_case_id
ALTER TABLE ONLY public.reviews_wallmark
    ADD CONSTRAINT reviews_wallmark_case_id_0b65ec79_fk_reviews_case_id FOREIGN KEY (case_id) REFERENCES public.reviews_case(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT reviews_wallmark reviews_wallmark_rule_id_613c38ee_fk_reviews_forbiddenphrase_id
ALTER TABLE ONLY public.reviews_wallmark
    ADD CONSTRAINT reviews_wallmark_rule_id_613c38ee_fk_reviews_forbiddenphrase_id FOREIGN KEY (rule_id) REFERENCES public.reviews_forbiddenphrase(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT reviews_wallmark reviews_wallmark_step_id_e83868da_fk_reviews_step_id
ALTER TABLE ONLY public.reviews_wallmark
    ADD CONSTRAINT reviews_wallmark_step_id_e83868da_fk_reviews_step_id FOREIGN KEY (step_id) REFERENCES public.reviews_step(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT reviews_wallwords reviews_wallwords_province_id_134715f9_fk_orgs_unit_id
ALTER TABLE ONLY public.reviews_wallwords
    ADD CONSTRAINT reviews_wallwords_province_id_134715f9_fk_orgs_unit_id FOREIGN KEY (province_id) REFERENCES public.orgs_unit(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT reviews_window reviews_window_province_id_4be6355b_fk_orgs_unit_id
ALTER TABLE ONLY public.reviews_window
    ADD CONSTRAINT reviews_window_province_id_4be6355b_fk_orgs_unit_id FOREIGN KEY (province_id) REFERENCES public.orgs_unit(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT reviews_yearrow reviews_yearrow_province_id_7a2c0cdc_fk_orgs_unit_id
ALTER TABLE ONLY public.reviews_yearrow
    ADD CONSTRAINT reviews_yearrow_province_id_7a2c0cdc_fk_orgs_unit_id FOREIGN KEY (province_id) REFERENCES public.orgs_unit(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_bulletin students_bulletin_proposed_by_id_60673027_fk_orgs_account_id
ALTER TABLE ONLY public.students_bulletin
    ADD CONSTRAINT students_bulletin_proposed_by_id_60673027_fk_orgs_account_id FOREIGN KEY (proposed_by_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_bulletin students_bulletin_province_id_a5d5c798_fk_orgs_unit_id
ALTER TABLE ONLY public.students_bulletin
    ADD CONSTRAINT students_bulletin_province_id_a5d5c798_fk_orgs_unit_id FOREIGN KEY (province_id) REFERENCES public.orgs_unit(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_bulletin students_bulletin_published_by_id_eba08e4a_fk_orgs_account_id
ALTER TABLE ONLY public.students_bulletin
    ADD CONSTRAINT students_bulletin_published_by_id_eba08e4a_fk_orgs_account_id FOREIGN KEY (published_by_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_bulletin students_bulletin_recounted_by_id_041bcd59_fk_orgs_account_id
ALTER TABLE ONLY public.students_bulletin
    ADD CONSTRAINT students_bulletin_recounted_by_id_041bcd59_fk_orgs_account_id FOREIGN KEY (recounted_by_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_bulletinline students_bulletinlin_bulletin_id_01517215_fk_students_
ALTER TABLE ONLY public.students_bulletinline
    ADD CONSTRAINT students_bulletinlin_bulletin_id_01517215_fk_students_ FOREIGN KEY (bulletin_id) REFERENCES public.students_bulletin(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_bulletinline students_bulletinline_reply_by_id_31bf2e27_fk_orgs_account_id
ALTER TABLE ONLY public.students_bulletinline
    ADD CONSTRAINT students_bulletinline_reply_by_id_31bf2e27_fk_orgs_account_id FOREIGN KEY (reply_by_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_bulletinline students_bulletinline_unit_id_890d9b78_fk_orgs_unit_id
ALTER TABLE ONLY public.students_bulletinline
    ADD CONSTRAINT students_bulletinline_unit_id_890d9b78_fk_orgs_unit_id FOREIGN KEY (unit_id) REFERENCES public.orgs_unit(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_changepolicy students_changepolicy_province_id_1af5b840_fk_orgs_unit_id
ALTER TABLE ONLY public.students_changepolicy
    ADD CONSTRAINT students_changepolicy_province_id_1af5b840_fk_orgs_unit_id FOREIGN KEY (province_id) REFERENCES public.orgs_unit(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_changesheet students_changesheet_decided_by_id_8da15fe6_fk_orgs_account_id
ALTER TABLE ONLY public.students_changesheet
    ADD CONSTRAINT students_changesheet_decided_by_id_8da15fe6_fk_orgs_account_id FOREIGN KEY (decided_by_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_changesheet students_changesheet_prepared_by_id_aff7bbf7_fk_orgs_account_id
ALTER TABLE ONLY public.students_changesheet
    ADD CONSTRAINT students_changesheet_prepared_by_id_aff7bbf7_fk_orgs_account_id FOREIGN KEY (prepared_by_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_changesheet students_changesheet_school_class_id_3d8e9dcb_fk_students_
ALTER TABLE ONLY public.students_changesheet
    ADD CONSTRAINT students_changesheet_school_class_id_3d8e9dcb_fk_students_ FOREIGN KEY (school_class_id) REFERENCES public.students_schoolclass(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_changesheetline students_changesheet_sheet_id_510731a0_fk_students_
ALTER TABLE ONLY public.students_changesheetline
    ADD CONSTRAINT students_changesheet_sheet_id_510731a0_fk_students_ FOREIGN KEY (sheet_id) REFERENCES public.students_changesheet(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_changesheetline students_changesheet_student_id_29a7f61d_fk_students_
ALTER TABLE ONLY public.students_changesheetline
    ADD CONSTRAINT students_changesheet_student_id_29a7f61d_fk_students_ FOREIGN KEY (student_id) REFERENCES public.students_student(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_classcharge students_classcharge_account_id_4cf1d509_fk_orgs_account_id
ALTER TABLE ONLY public.students_classcharge
    ADD CONSTRAINT students_classcharge_account_id_4cf1d509_fk_orgs_account_id FOREIGN KEY (account_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_classcharge students_classcharge_school_class_id_ecf1823a_fk_students_
ALTER TABLE ONLY public.students_classcharge
    ADD CONSTRAINT students_classcharge_school_class_id_ecf1823a_fk_students_ FOREIGN KEY (school_class_id) REFERENCES public.students_schoolclass(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_classcharge students_classcharge_set_by_id_d6e9e134_fk_orgs_account_id
ALTER TABLE ONLY public.students_classcharge
    ADD CONSTRAINT students_classcharge_set_by_id_d6e9e134_fk_orgs_account_id FOREIGN KEY (set_by_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_contactattempt students_contactatte_change_id_e74df680_fk_students_
ALTER TABLE ONLY public.students_contactattempt
    ADD CONSTRAINT students_contactatte_change_id_e74df680_fk_students_ FOREIGN KEY (change_id) REFERENCES public.students_statuschange(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_dropoutmark students_dropoutmark_marked_by_id_4356ada9_fk_orgs_account_id
ALTER TABLE ONLY public.students_dropoutmark
    ADD CONSTRAINT students_dropoutmark_marked_by_id_4356ada9_fk_orgs_account_id FOREIGN KEY (marked_by_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_dropoutmark students_dropoutmark_school_id_25e4d942_fk_orgs_unit_id
ALTER TABLE ONLY public.students_dropoutmark
    ADD CONSTRAINT students_dropoutmark_school_id_25e4d942_fk_orgs_unit_id FOREIGN KEY (school_id) REFERENCES public.orgs_unit(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_dropoutmark students_dropoutmark_signed_by_id_c1d50abf_fk_orgs_account_id
ALTER TABLE ONLY public.students_dropoutmark
    ADD CONSTRAINT students_dropoutmark_signed_by_id_c1d50abf_fk_orgs_account_id FOREIGN KEY (signed_by_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_dropoutmark students_dropoutmark_student_id_6c2bb937_fk_students_student_id
ALTER TABLE ONLY public.students_dropoutmark
    ADD CONSTRAINT students_dropoutmark_student_id_6c2bb937_fk_students_student_id FOREIGN KEY (student_id) REFERENCES public.students_student(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_enrolment students_enrolment_school_id_f66dbfc2_fk_orgs_unit_id
ALTER TABLE ONLY public.students_enrolment
    ADD CONSTRAINT students_enrolment_school_id_f66dbfc2_fk_orgs_unit_id FOREIGN KEY (school_id) REFERENCES public.orgs_unit(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_enrolment students_enrolment_student_id_3fd2a934_fk_students_student_id
ALTER TABLE ONLY public.students_enrolment
    ADD CONSTRAINT students_enrolment_student_id_3fd2a934_fk_students_student_id FOREIGN KEY (student_id) REFERENCES public.students_student(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_fieldchange students_fieldchange_by_id_c93f9585_fk_orgs_account_id
ALTER TABLE ONLY public.students_fieldchange
    ADD CONSTRAINT students_fieldchange_by_id_c93f9585_fk_orgs_account_id FOREIGN KEY (by_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_fieldchange students_fieldchange_student_id_8cc5d08a_fk_students_student_id
ALTER TABLE ONLY public.students_fieldchange
    ADD CONSTRAINT students_fieldchange_student_id_8cc5d08a_fk_students_student_id FOREIGN KEY (student_id) REFERENCES public.students_student(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_graduationcorrection students_graduationc_case_id_e75511d8_fk_reviews_c
ALTER TABLE ONLY public.students_graduationcorrection
    ADD CONSTRAINT students_graduationc_case_id_e75511d8_fk_reviews_c FOREIGN KEY (case_id) REFERENCES public.reviews_case(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_graduationcorrection students_graduationc_student_id_cc32a997_fk_students_
ALTER TABLE ONLY public.students_graduationcorrection
    ADD CONSTRAINT students_graduationc_student_id_cc32a997_fk_students_ FOREIGN KEY (student_id) REFERENCES public.students_student(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_graduationline students_graduationl_run_id_9e4d7256_fk_students_
ALTER TABLE ONLY public.students_graduationline
    ADD CONSTRAINT students_graduationl_run_id_9e4d7256_fk_students_ FOREIGN KEY (run_id) REFERENCES public.students_graduationrun(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_graduationline students_graduationl_student_id_f9ced23f_fk_students_
ALTER TABLE ONLY public.students_graduationline
    ADD CONSTRAINT students_graduationl_student_id_f9ced23f_fk_students_ FOREIGN KEY (student_id) REFERENCES public.students_student(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_graduationrun students_graduationr_prepared_by_id_2a4b6ac5_fk_orgs_acco
ALTER TABLE ONLY public.students_graduationrun
    ADD CONSTRAINT students_graduationr_prepared_by_id_2a4b6ac5_fk_orgs_acco FOREIGN KEY (prepared_by_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_graduationrun students_graduationrun_school_id_922c168b_fk_orgs_unit_id
ALTER TABLE ONLY public.students_graduationrun
    ADD CONSTRAINT students_graduationrun_school_id_922c168b_fk_orgs_unit_id FOREIGN KEY (school_id) REFERENCES public.orgs_unit(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_graduationrun students_graduationrun_signed_by_id_6c04744d_fk_orgs_account_id
ALTER TABLE ONLY public.students_graduationrun
    ADD CONSTRAINT students_graduationrun_signed_by_id_6c04744d_fk_orgs_account_id FOREIGN KEY (signed_by_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_guardian students_guardian_student_id_14c6c5a6_fk_students_student_id
ALTER TABLE ONLY public.students_guardian
    ADD CONSTRAINT students_guardian_student_id_14c6c5a6_fk_students_student_id FOREIGN KEY (student_id) REFERENCES public.students_student(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_headcountcell students_headcountcell_school_id_beda5de7_fk_orgs_unit_id
ALTER TABLE ONLY public.students_headcountcell
    ADD CONSTRAINT students_headcountcell_school_id_beda5de7_fk_orgs_unit_id FOREIGN KEY (school_id) REFERENCES public.orgs_unit(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_importbatch students_importbatch_asked_by_id_254ff999_fk_orgs_account_id
ALTER TABLE ONLY public.students_importbatch
    ADD CONSTRAINT students_importbatch_asked_by_id_254ff999_fk_orgs_account_id FOREIGN KEY (asked_by_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_importbatch students_importbatch_unit_id_9f433efc_fk_orgs_unit_id
ALTER TABLE ONLY public.students_importbatch
    ADD CONSTRAINT students_importbatch_unit_id_9f433efc_fk_orgs_unit_id FOREIGN KEY (unit_id) REFERENCES public.orgs_unit(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_issuingbatch students_issuingbatc_confirmed_by_id_dc62327f_fk_orgs_acco
ALTER TABLE ONLY public.students_issuingbatch
    ADD CONSTRAINT students_issuingbatc_confirmed_by_id_dc62327f_fk_orgs_acco FOREIGN KEY (confirmed_by_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_issuingbatch students_issuingbatc_prepared_by_id_b8302027_fk_orgs_acco
ALTER TABLE ONLY public.students_issuingbatch
    ADD CONSTRAINT students_issuingbatc_prepared_by_id_b8302027_fk_orgs_acco FOREIGN KEY (prepared_by_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_issuingbatch students_issuingbatch_province_id_8f451f49_fk_orgs_unit_id
ALTER TABLE ONLY public.students_issuingbatch
    ADD CONSTRAINT students_issuingbatch_province_id_8f451f49_fk_orgs_unit_id FOREIGN KEY (province_id) REFERENCES public.orgs_unit(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_issuingline students_issuingline_batch_id_3ed47889_fk_students_
ALTER TABLE ONLY public.students_issuingline
    ADD CONSTRAINT students_issuingline_batch_id_3ed47889_fk_students_ FOREIGN KEY (batch_id) REFERENCES public.students_issuingbatch(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_issuingline students_issuingline_issued_id_e7a3dc99_fk_students_
ALTER TABLE ONLY public.students_issuingline
    ADD CONSTRAINT students_issuingline_issued_id_e7a3dc99_fk_students_ FOREIGN KEY (issued_id) REFERENCES public.students_registrationnumber(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_issuingline students_issuingline_school_id_100a5d9f_fk_orgs_unit_id
ALTER TABLE ONLY public.students_issuingline
    ADD CONSTRAINT students_issuingline_school_id_100a5d9f_fk_orgs_unit_id FOREIGN KEY (school_id) REFERENCES public.orgs_unit(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_issuingline students_issuingline_student_id_3c25b8bf_fk_students_student_id
ALTER TABLE ONLY public.students_issuingline
    ADD CONSTRAINT students_issuingline_student_id_3c25b8bf_fk_students_student_id FOREIGN KEY (student_id) REFERENCES public.students_student(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_keyinformationchange students_keyinformat_case_id_646db131_fk_reviews_c
ALTER TABLE ONLY public.students_keyinformationchange
    ADD CONSTRAINT students_keyinformat_case_id_646db131_fk_reviews_c FOREIGN KEY (case_id) REFERENCES public.reviews_case(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_keyinformationchange students_keyinformat_student_id_978f0f4e_fk_students_
ALTER TABLE ONLY public.students_keyinformationchange
    ADD CONSTRAINT students_keyinformat_student_id_978f0f4e_fk_students_ FOREIGN KEY (student_id) REFERENCES public.students_student(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_knowntwins students_knowntwins_first_id_d3e382f7_fk_students_student_id
ALTER TABLE ONLY public.students_knowntwins
    ADD CONSTRAINT students_knowntwins_first_id_d3e382f7_fk_students_student_id FOREIGN KEY (first_id) REFERENCES public.students_student(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_knowntwins students_knowntwins_second_id_59c13609_fk_students_student_id
ALTER TABLE ONLY public.students_knowntwins
    ADD CONSTRAINT students_knowntwins_second_id_59c13609_fk_students_student_id FOREIGN KEY (second_id) REFERENCES public.students_student(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_latechild students_latechild_case_id_634d176c_fk_reviews_case_id
ALTER TABLE ONLY public.students_latechild
    ADD CONSTRAINT students_latechild_case_id_634d176c_fk_reviews_case_id FOREIGN KEY (case_id) REFERENCES public.reviews_case(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_latechild students_latechild_found_id_a0386eb8_fk_students_student_id
ALTER TABLE ONLY public.students_latechild
    ADD CONSTRAINT students_latechild_found_id_a0386eb8_fk_students_student_id FOREIGN KEY (found_id) REFERENCES public.students_student(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_latechild students_latechild_listed_by_id_002fd92c_fk_orgs_account_id
ALTER TABLE ONLY public.students_latechild
    ADD CONSTRAINT students_latechild_listed_by_id_002fd92c_fk_orgs_account_id FOREIGN KEY (listed_by_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_latechild students_latechild_month_id_b7a9e512_fk_students_
ALTER TABLE ONLY public.students_latechild
    ADD CONSTRAINT students_latechild_month_id_b7a9e512_fk_students_ FOREIGN KEY (month_id) REFERENCES public.students_monthlycheck(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_latechild students_latechild_school_id_f6c592cb_fk_orgs_unit_id
ALTER TABLE ONLY public.students_latechild
    ADD CONSTRAINT students_latechild_school_id_f6c592cb_fk_orgs_unit_id FOREIGN KEY (school_id) REFERENCES public.orgs_unit(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_latechild students_latechild_student_id_374a723b_fk_students_student_id
ALTER TABLE ONLY public.students_latechild
    ADD CONSTRAINT students_latechild_student_id_374a723b_fk_students_student_id FOREIGN KEY (student_id) REFERENCES public.students_student(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_monthlycheck students_monthlycheck_closed_by_id_9cdcbf6e_fk_orgs_account_id
ALTER TABLE ONLY public.students_monthlycheck
    ADD CONSTRAINT students_monthlycheck_closed_by_id_9cdcbf6e_fk_orgs_account_id FOREIGN KEY (closed_by_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_monthlycheck students_monthlycheck_province_id_d83e9f30_fk_orgs_unit_id
ALTER TABLE ONLY public.students_monthlycheck
    ADD CONSTRAINT students_monthlycheck_province_id_d83e9f30_fk_orgs_unit_id FOREIGN KEY (province_id) REFERENCES public.orgs_unit(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_monthlycheck students_monthlycheck_sent_by_id_e8e24d19_fk_orgs_account_id
ALTER TABLE ONLY public.students_monthlycheck
    ADD CONSTRAINT students_monthlycheck_sent_by_id_e8e24d19_fk_orgs_account_id FOREIGN KEY (sent_by_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_numberdeletion students_numberdelet_problem_id_25170697_fk_students_
ALTER TABLE ONLY public.students_numberdeletion
    ADD CONSTRAINT students_numberdelet_problem_id_25170697_fk_students_ FOREIGN KEY (problem_id) REFERENCES public.students_problemrecord(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_numberdeletion students_numberdelet_student_id_a967799a_fk_students_
ALTER TABLE ONLY public.students_numberdeletion
    ADD CONSTRAINT students_numberdelet_student_id_a967799a_fk_students_ FOREIGN KEY (student_id) REFERENCES public.students_student(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_numberdeletion students_numberdeletion_case_id_bd2bd100_fk_reviews_case_id
ALTER TABLE ONLY public.students_numberdeletion
    ADD CONSTRAINT students_numberdeletion_case_id_bd2bd100_fk_reviews_case_id FOREIGN KEY (case_id) REFERENCES public.reviews_case(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_numberdeletion students_numberdeletion_kept_id_4ccea562_fk_students_student_id
ALTER TABLE ONLY public.students_numberdeletion
    ADD CONSTRAINT students_numberdeletion_kept_id_4ccea562_fk_students_student_id FOREIGN KEY (kept_id) REFERENCES public.students_student(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_printbatch students_printbatch_asked_by_id_3f48a0df_fk_orgs_account_id
ALTER TABLE ONLY public.students_printbatch
    ADD CONSTRAINT students_printbatch_asked_by_id_3f48a0df_fk_orgs_account_id FOREIGN KEY (asked_by_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_printbatch students_printbatch_school_class_id_ac575d0b_fk_students_
ALTER TABLE ONLY public.students_printbatch
    ADD CONSTRAINT students_printbatch_school_class_id_ac575d0b_fk_students_ FOREIGN KEY (school_class_id) REFERENCES public.students_schoolclass(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_printbatch students_printbatch_school_id_242d34f6_fk_orgs_unit_id
ALTER TABLE ONLY public.students_printbatch
    ADD CONSTRAINT students_printbatch_school_id_242d34f6_fk_orgs_unit_id FOREIGN KEY (school_id) REFERENCES public.orgs_unit(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_printbatch students_printbatch_unit_id_59f44449_fk_orgs_unit_id
ALTER TABLE ONLY public.students_printbatch
    ADD CONSTRAINT students_printbatch_unit_id_59f44449_fk_orgs_unit_id FOREIGN KEY (unit_id) REFERENCES public.orgs_unit(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_problemanswer students_problemansw_problem_id_ba91addd_fk_students_
ALTER TABLE ONLY public.students_problemanswer
    ADD CONSTRAINT students_problemansw_problem_id_ba91addd_fk_students_ FOREIGN KEY (problem_id) REFERENCES public.students_problemrecord(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_problemanswer students_problemanswer_case_id_47593b86_fk_reviews_case_id
ALTER TABLE ONLY public.students_problemanswer
    ADD CONSTRAINT students_problemanswer_case_id_47593b86_fk_reviews_case_id FOREIGN KEY (case_id) REFERENCES public.reviews_case(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_problemrecord students_problemreco_student_id_39c3dd63_fk_students_
ALTER TABLE ONLY public.students_problemrecord
    ADD CONSTRAINT students_problemreco_student_id_39c3dd63_fk_students_ FOREIGN KEY (student_id) REFERENCES public.students_student(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_problemrecord students_problemrecord_twin_id_aeda58e7_fk_students_student_id
ALTER TABLE ONLY public.students_problemrecord
    ADD CONSTRAINT students_problemrecord_twin_id_aeda58e7_fk_students_student_id FOREIGN KEY (twin_id) REFERENCES public.students_student(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_promotioncount students_promotioncount_province_id_adc57f59_fk_orgs_unit_id
ALTER TABLE ONLY public.students_promotioncount
    ADD CONSTRAINT students_promotioncount_province_id_adc57f59_fk_orgs_unit_id FOREIGN KEY (province_id) REFERENCES public.orgs_unit(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_pupilphoto students_pupilphoto_student_id_ca02759e_fk_students_student_id
ALTER TABLE ONLY public.students_pupilphoto
    ADD CONSTRAINT students_pupilphoto_student_id_ca02759e_fk_students_student_id FOREIGN KEY (student_id) REFERENCES public.students_student(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_pupilphoto students_pupilphoto_taken_by_id_04378ab2_fk_orgs_account_id
ALTER TABLE ONLY public.students_pupilphoto
    ADD CONSTRAINT students_pupilphoto_taken_by_id_04378ab2_fk_orgs_account_id FOREIGN KEY (taken_by_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_pupilrecord students_pupilrecord_student_id_caf54327_fk_students_student_id
ALTER TABLE ONLY public.students_pupilrecord
    ADD CONSTRAINT students_pupilrecord_student_id_caf54327_fk_students_student_id FOREIGN KEY (student_id) REFERENCES public.students_student(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_recordremoval students_recordremov_student_id_a5f75908_fk_students_
ALTER TABLE ONLY public.students_recordremoval
    ADD CONSTRAINT students_recordremov_student_id_a5f75908_fk_students_ FOREIGN KEY (student_id) REFERENCES public.students_student(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_recordremoval students_recordremoval_case_id_3759654a_fk_reviews_case_id
ALTER TABLE ONLY public.students_recordremoval
    ADD CONSTRAINT students_recordremoval_case_id_3759654a_fk_reviews_case_id FOREIGN KEY (case_id) REFERENCES public.reviews_case(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_recordremoval students_recordremoval_kept_id_dacb08b5_fk_students_student_id
ALTER TABLE ONLY public.students_recordremoval
    ADD CONSTRAINT students_recordremoval_kept_id_dacb08b5_fk_students_student_id FOREIGN KEY (kept_id) REFERENCES public.students_student(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_recruitedpupil students_recruitedpu_class_was_id_2846fcf9_fk_students_
ALTER TABLE ONLY public.students_recruitedpupil
    ADD CONSTRAINT students_recruitedpu_class_was_id_2846fcf9_fk_students_ FOREIGN KEY (class_was_id) REFERENCES public.students_schoolclass(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_recruitedpupil students_recruitedpu_graduated_from_id_05c578e3_fk_orgs_unit
ALTER TABLE ONLY public.students_recruitedpupil
    ADD CONSTRAINT students_recruitedpu_graduated_from_id_05c578e3_fk_orgs_unit FOREIGN KEY (graduated_from_id) REFERENCES public.orgs_unit(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_recruitedpupil students_recruitedpu_listed_by_id_02ca974f_fk_orgs_acco
ALTER TABLE ONLY public.students_recruitedpupil
    ADD CONSTRAINT students_recruitedpu_listed_by_id_02ca974f_fk_orgs_acco FOREIGN KEY (listed_by_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_recruitedpupil students_recruitedpu_reporting_by_id_9fa7c32f_fk_orgs_acco
ALTER TABLE ONLY public.students_recruitedpupil
    ADD CONSTRAINT students_recruitedpu_reporting_by_id_9fa7c32f_fk_orgs_acco FOREIGN KEY (reporting_by_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_recruitedpupil students_recruitedpu_student_id_e00cd0d5_fk_students_
ALTER TABLE ONLY public.students_recruitedpupil
    ADD CONSTRAINT students_recruitedpu_student_id_e00cd0d5_fk_students_ FOREIGN KEY (student_id) REFERENCES public.students_student(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_recruitedpupil students_recruitedpupil_case_id_89ccd52f_fk_reviews_case_id
ALTER TABLE ONLY public.students_recruitedpupil
    ADD CONSTRAINT students_recruitedpupil_case_id_89ccd52f_fk_reviews_case_id FOREIGN KEY (case_id) REFERENCES public.reviews_case(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_recruitedpupil students_recruitedpupil_school_id_fffa1946_fk_orgs_unit_id
ALTER TABLE ONLY public.students_recruitedpupil
    ADD CONSTRAINT students_recruitedpupil_school_id_fffa1946_fk_orgs_unit_id FOREIGN KEY (school_id) REFERENCES public.orgs_unit(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_recruitmentreturn students_recruitment_came_by_id_4a8de10d_fk_reviews_c
ALTER TABLE ONLY public.students_recruitmentreturn
    ADD CONSTRAINT students_recruitment_came_by_id_4a8de10d_fk_reviews_c FOREIGN KEY (came_by_id) REFERENCES public.reviews_case(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_recruitmentreturn students_recruitment_student_id_1a81fcb9_fk_students_
ALTER TABLE ONLY public.students_recruitmentreturn
    ADD CONSTRAINT students_recruitment_student_id_1a81fcb9_fk_students_ FOREIGN KEY (student_id) REFERENCES public.students_student(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_recruitmentreturn students_recruitmentreturn_case_id_38ddb458_fk_reviews_case_id
ALTER TABLE ONLY public.students_recruitmentreturn
    ADD CONSTRAINT students_recruitmentreturn_case_id_38ddb458_fk_reviews_case_id FOREIGN KEY (case_id) REFERENCES public.reviews_case(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_registrationnumber students_registratio_student_id_b68c49ed_fk_students_
ALTER TABLE ONLY public.students_registrationnumber
    ADD CONSTRAINT students_registratio_student_id_b68c49ed_fk_students_ FOREIGN KEY (student_id) REFERENCES public.students_student(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_rosterexport students_rosterexport_asked_by_id_c2e837a2_fk_orgs_account_id
ALTER TABLE ONLY public.students_rosterexport
    ADD CONSTRAINT students_rosterexport_asked_by_id_c2e837a2_fk_orgs_account_id FOREIGN KEY (asked_by_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_rosterexport students_rosterexport_unit_id_10e59efa_fk_orgs_unit_id
ALTER TABLE ONLY public.students_rosterexport
    ADD CONSTRAINT students_rosterexport_unit_id_10e59efa_fk_orgs_unit_id FOREIGN KEY (unit_id) REFERENCES public.orgs_unit(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_sampledpupil students_sampledpupi_part_id_1c7600b5_fk_students_
ALTER TABLE ONLY public.students_sampledpupil
    ADD CONSTRAINT students_sampledpupi_part_id_1c7600b5_fk_students_ FOREIGN KEY (part_id) REFERENCES public.students_schoolverification(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_sampledpupil students_sampledpupi_student_id_a28518d7_fk_students_
ALTER TABLE ONLY public.students_sampledpupil
    ADD CONSTRAINT students_sampledpupi_student_id_a28518d7_fk_students_ FOREIGN KEY (student_id) REFERENCES public.students_student(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_sampledpupil students_sampledpupil_found_by_id_f9deefd3_fk_orgs_account_id
ALTER TABLE ONLY public.students_sampledpupil
    ADD CONSTRAINT students_sampledpupil_found_by_id_f9deefd3_fk_orgs_account_id FOREIGN KEY (found_by_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_schoolclass students_schoolclass_school_id_92e3329f_fk_orgs_unit_id
ALTER TABLE ONLY public.students_schoolclass
    ADD CONSTRAINT students_schoolclass_school_id_92e3329f_fk_orgs_unit_id FOREIGN KEY (school_id) REFERENCES public.orgs_unit(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_schoolverification students_schoolverif_round_id_82a4933b_fk_students_
ALTER TABLE ONLY public.students_schoolverification
    ADD CONSTRAINT students_schoolverif_round_id_82a4933b_fk_students_ FOREIGN KEY (round_id) REFERENCES public.students_verificationround(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_schoolverification students_schoolverif_signed_by_id_4ebf38b7_fk_orgs_acco
ALTER TABLE ONLY public.students_schoolverification
    ADD CONSTRAINT students_schoolverif_signed_by_id_4ebf38b7_fk_orgs_acco FOREIGN KEY (signed_by_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_schoolverification students_schoolverif_submitted_by_id_d8c51c29_fk_orgs_acco
ALTER TABLE ONLY public.students_schoolverification
    ADD CONSTRAINT students_schoolverif_submitted_by_id_d8c51c29_fk_orgs_acco FOREIGN KEY (submitted_by_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_schoolverification students_schoolverification_school_id_bd289f50_fk_orgs_unit_id
ALTER TABLE ONLY public.students_schoolverification
    ADD CONSTRAINT students_schoolverification_school_id_bd289f50_fk_orgs_unit_id FOREIGN KEY (school_id) REFERENCES public.orgs_unit(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_sheetprint students_sheetprint_batch_id_438da206_fk_students_printbatch_id
ALTER TABLE ONLY public.students_sheetprint
    ADD CONSTRAINT students_sheetprint_batch_id_438da206_fk_students_printbatch_id FOREIGN KEY (batch_id) REFERENCES public.students_printbatch(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_sheetprint students_sheetprint_by_id_42780c4e_fk_orgs_account_id
ALTER TABLE ONLY public.students_sheetprint
    ADD CONSTRAINT students_sheetprint_by_id_42780c4e_fk_orgs_account_id FOREIGN KEY (by_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_sheetprint students_sheetprint_enrolment_id_d3151396_fk_students_
ALTER TABLE ONLY public.students_sheetprint
    ADD CONSTRAINT students_sheetprint_enrolment_id_d3151396_fk_students_ FOREIGN KEY (enrolment_id) REFERENCES public.students_enrolment(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_sheetprint students_sheetprint_student_id_c8e1339c_fk_students_student_id
ALTER TABLE ONLY public.students_sheetprint
    ADD CONSTRAINT students_sheetprint_student_id_c8e1339c_fk_students_student_id FOREIGN KEY (student_id) REFERENCES public.students_student(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_sheetprint students_sheetprint_unit_id_981c7f01_fk_orgs_unit_id
ALTER TABLE ONLY public.students_sheetprint
    ADD CONSTRAINT students_sheetprint_unit_id_981c7f01_fk_orgs_unit_id FOREIGN KEY (unit_id) REFERENCES public.orgs_unit(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_statuschange students_statuschang_reason_id_fedef3d5_fk_students_
ALTER TABLE ONLY public.students_statuschange
    ADD CONSTRAINT students_statuschang_reason_id_fedef3d5_fk_students_ FOREIGN KEY (reason_id) REFERENCES public.students_codetable(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_statuschange students_statuschang_school_class_id_84534349_fk_students_
ALTER TABLE ONLY public.students_statuschange
    ADD CONSTRAINT students_statuschang_school_class_id_84534349_fk_students_ FOREIGN KEY (school_class_id) REFERENCES public.students_schoolclass(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_statuschange students_statuschang_student_id_a6fc6a73_fk_students_
ALTER TABLE ONLY public.students_statuschange
    ADD CONSTRAINT students_statuschang_student_id_a6fc6a73_fk_students_ FOREIGN KEY (student_id) REFERENCES public.students_student(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_statuschange students_statuschange_case_id_4caf386e_fk_reviews_case_id
ALTER TABLE ONLY public.students_statuschange
    ADD CONSTRAINT students_statuschange_case_id_4caf386e_fk_reviews_case_id FOREIGN KEY (case_id) REFERENCES public.reviews_case(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_student students_student_school_class_id_8714309a_fk_students_
ALTER TABLE ONLY public.students_student
    ADD CONSTRAINT students_student_school_class_id_8714309a_fk_students_ FOREIGN KEY (school_class_id) REFERENCES public.students_schoolclass(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_student students_student_school_id_be4a7ab9_fk_orgs_unit_id
ALTER TABLE ONLY public.students_student
    ADD CONSTRAINT students_student_school_id_be4a7ab9_fk_orgs_unit_id FOREIGN KEY (school_id) REFERENCES public.orgs_unit(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_takenback students_takenback_case_id_f28c2487_fk_reviews_case_id
ALTER TABLE ONLY public.students_takenback
    ADD CONSTRAINT students_takenback_case_id_f28c2487_fk_reviews_case_id FOREIGN KEY (case_id) REFERENCES public.reviews_case(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_takenback students_takenback_line_id_69aeb34c_fk_students_
ALTER TABLE ONLY public.students_takenback
    ADD CONSTRAINT students_takenback_line_id_69aeb34c_fk_students_ FOREIGN KEY (line_id) REFERENCES public.students_graduationline(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_takenback students_takenback_student_id_26e68997_fk_students_student_id
ALTER TABLE ONLY public.students_takenback
    ADD CONSTRAINT students_takenback_student_id_26e68997_fk_students_student_id FOREIGN KEY (student_id) REFERENCES public.students_student(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_twindecision students_twindecision_case_id_42ac05e7_fk_reviews_case_id
ALTER TABLE ONLY public.students_twindecision
    ADD CONSTRAINT students_twindecision_case_id_42ac05e7_fk_reviews_case_id FOREIGN KEY (case_id) REFERENCES public.reviews_case(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_twindecision students_twindecision_first_id_7229308a_fk_students_student_id
ALTER TABLE ONLY public.students_twindecision
    ADD CONSTRAINT students_twindecision_first_id_7229308a_fk_students_student_id FOREIGN KEY (first_id) REFERENCES public.students_student(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_twindecision students_twindecision_second_id_202b7672_fk_students_student_id
ALTER TABLE ONLY public.students_twindecision
    ADD CONSTRAINT students_twindecision_second_id_202b7672_fk_students_student_id FOREIGN KEY (second_id) REFERENCES public.students_student(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_verificationround students_verificatio_authority_id_d2f1a537_fk_orgs_unit
ALTER TABLE ONLY public.students_verificationround
    ADD CONSTRAINT students_verificatio_authority_id_d2f1a537_fk_orgs_unit FOREIGN KEY (authority_id) REFERENCES public.orgs_unit(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_verificationround students_verificatio_opened_by_id_c28f10cb_fk_orgs_acco
ALTER TABLE ONLY public.students_verificationround
    ADD CONSTRAINT students_verificatio_opened_by_id_c28f10cb_fk_orgs_acco FOREIGN KEY (opened_by_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_verificationround students_verificatio_signed_by_id_16ba1abf_fk_orgs_acco
ALTER TABLE ONLY public.students_verificationround
    ADD CONSTRAINT students_verificatio_signed_by_id_16ba1abf_fk_orgs_acco FOREIGN KEY (signed_by_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT students_verificationround students_verificatio_submitted_by_id_dc462421_fk_orgs_acco
ALTER TABLE ONLY public.students_verificationround
    ADD CONSTRAINT students_verificatio_submitted_by_id_dc462421_fk_orgs_acco FOREIGN KEY (submitted_by_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT tickets_complaint tickets_complaint_ticket_ptr_id_a9f72ca3_fk_tickets_ticket_id
ALTER TABLE ONLY public.tickets_complaint
    ADD CONSTRAINT tickets_complaint_ticket_ptr_id_a9f72ca3_fk_tickets_ticket_id FOREIGN KEY (ticket_ptr_id) REFERENCES public.tickets_ticket(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT tickets_enclosure tickets_enclosure_added_by_id_3584c90f_fk_orgs_account_id
ALTER TABLE ONLY public.tickets_enclosure
    ADD CONSTRAINT tickets_enclosure_added_by_id_3584c90f_fk_orgs_account_id FOREIGN KEY (added_by_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT tickets_enclosure tickets_enclosure_ticket_id_74d81d09_fk_tickets_ticket_id
ALTER TABLE ONLY public.tickets_enclosure
    ADD CONSTRAINT tickets_enclosure_ticket_id_74d81d09_fk_tickets_ticket_id FOREIGN KEY (ticket_id) REFERENCES public.tickets_ticket(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT tickets_enclosure tickets_enclosure_unit_id_8af84e8f_fk_orgs_unit_id
ALTER TABLE ONLY public.tickets_enclosure
    ADD CONSTRAINT tickets_enclosure_unit_id_8af84e8f_fk_orgs_unit_id FOREIGN KEY (unit_id) REFERENCES public.orgs_unit(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT tickets_entry tickets_entry_by_id_b34f77a6_fk_orgs_account_id
ALTER TABLE ONLY public.tickets_entry
    ADD CONSTRAINT tickets_entry_by_id_b34f77a6_fk_orgs_account_id FOREIGN KEY (by_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT tickets_entry tickets_entry_ticket_id_ee19e15a_fk_tickets_ticket_id
ALTER TABLE ONLY public.tickets_entry
    ADD CONSTRAINT tickets_entry_ticket_id_ee19e15a_fk_tickets_ticket_id FOREIGN KEY (ticket_id) REFERENCES public.tickets_ticket(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT tickets_entry tickets_entry_unit_id_0c1e9bd3_fk_orgs_unit_id
ALTER TABLE ONLY public.tickets_entry
    ADD CONSTRAINT tickets_entry_unit_id_0c1e9bd3_fk_orgs_unit_id FOREIGN KEY (unit_id) REFERENCES public.orgs_unit(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT tickets_problemreport tickets_problemrepor_ticket_ptr_id_bb0ce184_fk_tickets_t
ALTER TABLE ONLY public.tickets_problemreport
    ADD CONSTRAINT tickets_problemrepor_ticket_ptr_id_bb0ce184_fk_tickets_t FOREIGN KEY (ticket_ptr_id) REFERENCES public.tickets_ticket(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT tickets_reportedproblem tickets_reportedprob_report_id_1449c6a0_fk_tickets_p
ALTER TABLE ONLY public.tickets_reportedproblem
    ADD CONSTRAINT tickets_reportedprob_report_id_1449c6a0_fk_tickets_p FOREIGN KEY (report_id) REFERENCES public.tickets_problemreport(ticket_ptr_id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT tickets_supervision tickets_supervision_ticket_ptr_id_3c8ebf32_fk_tickets_ticket_id
ALTER TABLE ONLY public.tickets_supervision
    ADD CONSTRAINT tickets_supervision_ticket_ptr_id_3c8ebf32_fk_tickets_ticket_id FOREIGN KEY (ticket_ptr_id) REFERENCES public.tickets_ticket(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT tickets_thread tickets_thread_case_id_a8297a85_fk_reviews_case_id
ALTER TABLE ONLY public.tickets_thread
    ADD CONSTRAINT tickets_thread_case_id_a8297a85_fk_reviews_case_id FOREIGN KEY (case_id) REFERENCES public.reviews_case(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT tickets_thread tickets_thread_overdue_id_bd009565_fk_reviews_overduerecord_id
ALTER TABLE ONLY public.tickets_thread
    ADD CONSTRAINT tickets_thread_overdue_id_bd009565_fk_reviews_overduerecord_id FOREIGN KEY (overdue_id) REFERENCES public.reviews_overduerecord(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT tickets_thread tickets_thread_student_id_a40d4b77_fk_students_student_id
ALTER TABLE ONLY public.tickets_thread
    ADD CONSTRAINT tickets_thread_student_id_a40d4b77_fk_students_student_id FOREIGN KEY (student_id) REFERENCES public.students_student(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT tickets_ticket tickets_ticket_answered_by_id_4cab1e76_fk_orgs_account_id
ALTER TABLE ONLY public.tickets_ticket
    ADD CONSTRAINT tickets_ticket_answered_by_id_4cab1e76_fk_orgs_account_id FOREIGN KEY (answered_by_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT tickets_ticket tickets_ticket_drafted_by_id_b468a399_fk_orgs_account_id
ALTER TABLE ONLY public.tickets_ticket
    ADD CONSTRAINT tickets_ticket_drafted_by_id_b468a399_fk_orgs_account_id FOREIGN KEY (drafted_by_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT tickets_ticket tickets_ticket_handling_unit_id_2a142feb_fk_orgs_unit_id
ALTER TABLE ONLY public.tickets_ticket
    ADD CONSTRAINT tickets_ticket_handling_unit_id_2a142feb_fk_orgs_unit_id FOREIGN KEY (handling_unit_id) REFERENCES public.orgs_unit(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT tickets_ticket tickets_ticket_holder_id_9f4eb078_fk_orgs_unit_id
ALTER TABLE ONLY public.tickets_ticket
    ADD CONSTRAINT tickets_ticket_holder_id_9f4eb078_fk_orgs_unit_id FOREIGN KEY (holder_id) REFERENCES public.orgs_unit(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT tickets_ticket tickets_ticket_issued_by_id_b9bc378a_fk_orgs_account_id
ALTER TABLE ONLY public.tickets_ticket
    ADD CONSTRAINT tickets_ticket_issued_by_id_b9bc378a_fk_orgs_account_id FOREIGN KEY (issued_by_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT tickets_ticket tickets_ticket_issuing_unit_id_9a5eaa49_fk_orgs_unit_id
ALTER TABLE ONLY public.tickets_ticket
    ADD CONSTRAINT tickets_ticket_issuing_unit_id_9a5eaa49_fk_orgs_unit_id FOREIGN KEY (issuing_unit_id) REFERENCES public.orgs_unit(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT tickets_ticket tickets_ticket_parent_id_09dd967f_fk_tickets_ticket_id
ALTER TABLE ONLY public.tickets_ticket
    ADD CONSTRAINT tickets_ticket_parent_id_09dd967f_fk_tickets_ticket_id FOREIGN KEY (parent_id) REFERENCES public.tickets_ticket(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT tickets_ticket tickets_ticket_proposed_by_id_a4e8ffb7_fk_orgs_account_id
ALTER TABLE ONLY public.tickets_ticket
    ADD CONSTRAINT tickets_ticket_proposed_by_id_a4e8ffb7_fk_orgs_account_id FOREIGN KEY (proposed_by_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT tickets_ticket tickets_ticket_thread_id_54590188_fk_tickets_thread_id
ALTER TABLE ONLY public.tickets_ticket
    ADD CONSTRAINT tickets_ticket_thread_id_54590188_fk_tickets_thread_id FOREIGN KEY (thread_id) REFERENCES public.tickets_thread(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT tickets_verification tickets_verification_ticket_ptr_id_8d249ae2_fk_tickets_t
ALTER TABLE ONLY public.tickets_verification
    ADD CONSTRAINT tickets_verification_ticket_ptr_id_8d249ae2_fk_tickets_t FOREIGN KEY (ticket_ptr_id) REFERENCES public.tickets_ticket(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT transfers_offlinetransfer transfers_offlinetra_closed_by_id_2333935e_fk_orgs_acco
ALTER TABLE ONLY public.transfers_offlinetransfer
    ADD CONSTRAINT transfers_offlinetra_closed_by_id_2333935e_fk_orgs_acco FOREIGN KEY (closed_by_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT transfers_offlinetransfer transfers_offlinetra_confirmed_by_id_2992b395_fk_orgs_acco
ALTER TABLE ONLY public.transfers_offlinetransfer
    ADD CONSTRAINT transfers_offlinetra_confirmed_by_id_2992b395_fk_orgs_acco FOREIGN KEY (confirmed_by_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT transfers_offlinetransfer transfers_offlinetra_recorded_by_id_a1c1d455_fk_orgs_acco
ALTER TABLE ONLY public.transfers_offlinetransfer
    ADD CONSTRAINT transfers_offlinetra_recorded_by_id_a1c1d455_fk_orgs_acco FOREIGN KEY (recorded_by_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT transfers_offlinetransfer transfers_offlinetra_sending_school_id_bfcda1a7_fk_orgs_unit
ALTER TABLE ONLY public.transfers_offlinetransfer
    ADD CONSTRAINT transfers_offlinetra_sending_school_id_bfcda1a7_fk_orgs_unit FOREIGN KEY (sending_school_id) REFERENCES public.orgs_unit(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT transfers_offlinetransfer transfers_offlinetra_student_id_1d3275a0_fk_students_
ALTER TABLE ONLY public.transfers_offlinetransfer
    ADD CONSTRAINT transfers_offlinetra_student_id_1d3275a0_fk_students_ FOREIGN KEY (student_id) REFERENCES public.students_student(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT transfers_offlinetransfer transfers_offlinetransfer_case_id_14469c54_fk_reviews_case_id
ALTER TABLE ONLY public.transfers_offlinetransfer
    ADD CONSTRAINT transfers_offlinetransfer_case_id_14469c54_fk_reviews_case_id FOREIGN KEY (case_id) REFERENCES public.reviews_case(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT transfers_offlinetransfer transfers_offlinetransfer_fault_id_b01965ad_fk_reviews_fault_id
ALTER TABLE ONLY public.transfers_offlinetransfer
    ADD CONSTRAINT transfers_offlinetransfer_fault_id_b01965ad_fk_reviews_fault_id FOREIGN KEY (fault_id) REFERENCES public.reviews_fault(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT transfers_offlinetransfer transfers_offlinetransfer_school_id_834ffa45_fk_orgs_unit_id
ALTER TABLE ONLY public.transfers_offlinetransfer
    ADD CONSTRAINT transfers_offlinetransfer_school_id_834ffa45_fk_orgs_unit_id FOREIGN KEY (school_id) REFERENCES public.orgs_unit(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT transfers_transfer transfers_transfer_case_id_54b923d1_fk_reviews_case_id
ALTER TABLE ONLY public.transfers_transfer
    ADD CONSTRAINT transfers_transfer_case_id_54b923d1_fk_reviews_case_id FOREIGN KEY (case_id) REFERENCES public.reviews_case(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT transfers_transfer transfers_transfer_class_was_id_a79d1d3b_fk_students_
ALTER TABLE ONLY public.transfers_transfer
    ADD CONSTRAINT transfers_transfer_class_was_id_a79d1d3b_fk_students_ FOREIGN KEY (class_was_id) REFERENCES public.students_schoolclass(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT transfers_transfer transfers_transfer_reason_id_f84f7560_fk_transfers
ALTER TABLE ONLY public.transfers_transfer
    ADD CONSTRAINT transfers_transfer_reason_id_f84f7560_fk_transfers FOREIGN KEY (reason_id) REFERENCES public.transfers_transferreason(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT transfers_transfer transfers_transfer_receiving_school_id_e524d442_fk_orgs_unit_id
ALTER TABLE ONLY public.transfers_transfer
    ADD CONSTRAINT transfers_transfer_receiving_school_id_e524d442_fk_orgs_unit_id FOREIGN KEY (receiving_school_id) REFERENCES public.orgs_unit(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT transfers_transfer transfers_transfer_reporting_by_id_1d49fead_fk_orgs_account_id
ALTER TABLE ONLY public.transfers_transfer
    ADD CONSTRAINT transfers_transfer_reporting_by_id_1d49fead_fk_orgs_account_id FOREIGN KEY (reporting_by_id) REFERENCES public.orgs_account(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT transfers_transfer transfers_transfer_school_class_id_fffcc739_fk_students_
ALTER TABLE ONLY public.transfers_transfer
    ADD CONSTRAINT transfers_transfer_school_class_id_fffcc739_fk_students_ FOREIGN KEY (school_class_id) REFERENCES public.students_schoolclass(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT transfers_transfer transfers_transfer_sending_school_id_186d7699_fk_orgs_unit_id
ALTER TABLE ONLY public.transfers_transfer
    ADD CONSTRAINT transfers_transfer_sending_school_id_186d7699_fk_orgs_unit_id FOREIGN KEY (sending_school_id) REFERENCES public.orgs_unit(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT transfers_transfer transfers_transfer_student_id_375748c8_fk_students_student_id
ALTER TABLE ONLY public.transfers_transfer
    ADD CONSTRAINT transfers_transfer_student_id_375748c8_fk_students_student_id FOREIGN KEY (student_id) REFERENCES public.students_student(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT transfers_transferreason transfers_transferreason_province_id_83e2a35b_fk_orgs_unit_id
ALTER TABLE ONLY public.transfers_transferreason
    ADD CONSTRAINT transfers_transferreason_province_id_83e2a35b_fk_orgs_unit_id FOREIGN KEY (province_id) REFERENCES public.orgs_unit(id) DEFERRABLE INITIALLY DEFERRED;

-- FUNCTION ledger_link()
CREATE FUNCTION public.ledger_link() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $_$
DECLARE
    last_seq bigint;
    last_hash bytea;
BEGIN
    IF NEW.chain !~ '^[a-z_]+(/[0-9a-z_-]+)?$' THEN
        RAISE EXCEPTION '留痕须写入系统的审计链'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'audit_chain';
    END IF;
    IF NEW.actor !~ '^([a-z_]+|(account|case):[^[:space:]]+)$' THEN
        RAISE EXCEPTION '留痕须写明是谁：账号、业务或系统的哪一部分'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'audit_actor';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('ledger.chain ' || NEW.chain, 0));
    SELECT seq, hash INTO last_seq, last_hash FROM ledger_auditentry
        WHERE chain = NEW.chain ORDER BY seq DESC LIMIT 1;
    last_hash := coalesce(last_hash, ''::bytea);
    NEW.seq := coalesce(last_seq, 0) + 1;
    NEW.at := ledger_now();
    NEW.previous_hash := last_hash;
    NEW.hash := sha256(last_hash || convert_to(concat_ws(E'\x1f', NEW.chain, NEW.seq::text, NEW.id::text,
        ((extract(epoch from NEW.at) * 1000000)::bigint)::text, NEW.actor, NEW.action, NEW.subject, NEW.body::text),
        'UTF8'));
    RETURN NEW;
END $_$;

-- FUNCTION ledger_outbox_wall()
CREATE FUNCTION public.ledger_outbox_wall() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.delivered_at IS NULL THEN
        RAISE EXCEPTION '未送达的消息不可删除'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'outbox_undelivered';
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.delivered_at IS NOT NULL THEN
        RAISE EXCEPTION '已送达的消息不可修改'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'outbox_delivered';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;

-- FUNCTION ledger_refuse_change()
CREATE FUNCTION public.ledger_refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    RAISE EXCEPTION '% 只可追加，不可%', TG_TABLE_NAME, CASE TG_OP WHEN 'UPDATE' THEN '修改' ELSE '删除' END
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'append_only';
END $$;

-- FUNCTION ledger_written_now(xid)
CREATE FUNCTION public.ledger_written_now(writer xid) RETURNS boolean
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$ SELECT age(writer) <= age(pg_current_xact_id()::xid) $$;

-- FUNCTION orgs_account_apart()
CREATE FUNCTION public.orgs_account_apart() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    PERFORM orgs_keep_apart(NEW.person_id, false);
    RETURN NEW;
END $$;

-- FUNCTION orgs_account_asked()
CREATE FUNCTION public.orgs_account_asked() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    PERFORM orgs_ask('account', NEW.person_id, NEW.id);
    RETURN NULL;
END $$;

-- FUNCTION orgs_account_person()
CREATE FUNCTION public.orgs_account_person() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF OLD.person_id IS NOT NULL AND NEW.person_id IS DISTINCT FROM OLD.person_id THEN
        RAISE EXCEPTION '账号所属人员登记后不可更改，请另建账号'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'account_person';
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION orgs_administers(bigint)
CREATE FUNCTION public.orgs_administers(who bigint) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    SELECT EXISTS (SELECT FROM orgs_account a WHERE a.person_id = who AND (a.is_staff OR a.is_superuser))
        OR EXISTS (SELECT FROM orgs_post p WHERE p.person_id = who AND p.role = 'administrator'
                   AND (p.valid_until IS NULL OR p.valid_until > orgs_today()))
$$;

-- FUNCTION orgs_ask(text, bigint, bigint)
CREATE FUNCTION public.orgs_ask(what text, who bigint, its_account bigint) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    INSERT INTO orgs_confirmation (kind, person_id, account_id, asked_by_id, asked_person_id, asked_at, basis)
    SELECT what, who, its_account, orgs_asker(), (SELECT person_id FROM orgs_account WHERE id = orgs_asker()),
        ledger_now(), '' WHERE who IS NOT NULL AND NOT orgs_installing()
$$;

-- FUNCTION orgs_asker()
CREATE FUNCTION public.orgs_asker() RETURNS bigint
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    SELECT nullif(current_setting('xueji.asked_by', true), '')::bigint
$$;

-- FUNCTION orgs_audit_actor()
CREATE FUNCTION public.orgs_audit_actor() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $_$
DECLARE
    number text := substr(NEW.actor, 9);
BEGIN
    IF number !~ '^[1-9][0-9]{0,17}$' OR NOT EXISTS (SELECT FROM orgs_account WHERE id = number::bigint) THEN
        RAISE EXCEPTION '留痕中的账号不存在'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'audit_actor';
    END IF;
    RETURN NEW;
END $_$;

-- FUNCTION orgs_begun_wall()
CREATE FUNCTION public.orgs_begun_wall() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF OLD.valid_from <= orgs_today() AND NOT orgs_installing() THEN
        PERFORM orgs_refuse('已经开始的岗位和委托不可删除，只能结束', 'post_begun');
    END IF;
    RETURN OLD;
END $$;

-- FUNCTION orgs_confirm_refusal(bigint, bigint)
CREATE FUNCTION public.orgs_confirm_refusal(fact bigint, account bigint) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
    today date := orgs_today();
    since timestamptz := ledger_now() - interval '7 days';
    its orgs_confirmation;
    clerk orgs_account;
    at_unit orgs_unit;
    first boolean;
    held record;
BEGIN
    SELECT * INTO its FROM orgs_confirmation WHERE id = fact;
    SELECT * INTO clerk FROM orgs_account a WHERE a.id = orgs_confirm_refusal.account;
    IF its.id IS NULL OR its.confirmed_at IS NOT NULL THEN RETURN 'done'; END IF;
    IF orgs_administers(clerk.person_id) THEN RETURN 'administrator'; END IF;
    IF clerk.person_id = its.person_id THEN RETURN 'own'; END IF;
    -- Who decides at the unit, or above it, and gives a post of it is the second person already; of the rest not.
    IF clerk.person_id = its.asked_person_id AND its.kind NOT IN ('post', 'loan') THEN RETURN 'asker'; END IF;
    SELECT * INTO at_unit FROM orgs_unit u WHERE u.id = orgs_confirming_unit(its.unit_id, its.person_id);
    first := NOT EXISTS (
        SELECT FROM orgs_post p WHERE p.unit_id = at_unit.id AND orgs_deciding(p.role) AND p.confirmed_at IS NOT NULL
          AND p.person_id <> its.person_id AND p.valid_from <= today AND (p.valid_until IS NULL OR p.valid_until > today));
    SELECT bool_or(true) AS seated, bool_or(p.confirmed_at <= since AND p.valid_from <= since::date) AS for_long INTO held
        FROM orgs_post p
        WHERE p.account_id = clerk.id AND clerk.is_active AND orgs_deciding(p.role) AND NOT p.waiting
          AND p.valid_from <= today AND (p.valid_until IS NULL OR p.valid_until > today)
          AND (p.unit_id = at_unit.authority_id AND (p.role = 'head' OR NOT first)
               OR p.unit_id = at_unit.id AND NOT first);
    IF held.seated IS NULL THEN RETURN CASE WHEN first THEN 'first_post' ELSE 'not_seated' END; END IF;
    IF NOT held.for_long THEN RETURN 'too_new'; END IF;
    IF EXISTS (
        SELECT FROM orgs_confirmation f
        WHERE f.person_id = clerk.person_id AND f.kind <> 'account' AND f.basis <> 'installation' AND f.asked_at > since
          AND (f.asked_person_id = its.asked_person_id OR f.asked_person_id IS NULL OR its.asked_person_id IS NULL)
    ) THEN
        RETURN 'same_administrator';
    END IF;
    RETURN NULL;
END $$;

-- FUNCTION orgs_confirmation_follows()
CREATE FUNCTION public.orgs_confirmation_follows() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        UPDATE orgs_post p SET confirmed_at = n.confirmed_at FROM changed n WHERE n.post_id = p.id;
    END IF;
    PERFORM orgs_mark_waiting((SELECT array_agg(DISTINCT person_id) FROM changed));
    IF TG_OP = 'INSERT' THEN
        -- Given by who may confirm it: there are two people already, who gives and who gets.
        UPDATE orgs_confirmation c SET confirmed_by_id = n.asked_by_id FROM changed n
        WHERE c.id = n.id AND n.confirmed_at IS NULL AND n.kind IN ('post', 'loan') AND n.asked_by_id IS NOT NULL
          AND orgs_confirm_refusal(n.id, n.asked_by_id) IS NULL;
    END IF;
    INSERT INTO ledger_outboxmessage (topic, payload, dedup)
        SELECT 'confirmation', jsonb_build_object('fact', c.id),
            CASE WHEN c.confirmed_at IS NULL THEN 'confirmation:' ELSE 'confirmed:' END || c.id
        FROM changed n JOIN orgs_confirmation c ON c.id = n.id WHERE c.basis <> 'installation' ORDER BY c.id
        ON CONFLICT (dedup) DO NOTHING;
    RETURN NULL;
END $$;

-- FUNCTION orgs_confirmation_wall()
CREATE FUNCTION public.orgs_confirmation_wall() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
    why text;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF pg_trigger_depth() = 1 THEN
            PERFORM orgs_refuse('待确认事项由数据库记录', 'confirmation_by_trigger');
        END IF;
        RETURN NEW;
    ELSIF TG_OP = 'DELETE' THEN
        IF NOT orgs_installing() AND NOT EXISTS (
                SELECT FROM orgs_post p WHERE p.id = OLD.post_id AND p.valid_from > orgs_today()
                UNION ALL SELECT FROM orgs_delegation d WHERE d.id = OLD.loan_id AND d.valid_from > orgs_today()) THEN
            PERFORM orgs_refuse('待确认事项不可删除', 'confirmation_kept');
        END IF;
        RETURN OLD;
    END IF;
    IF (to_jsonb(NEW) - '{confirmed_by_id,confirmed_at,basis}'::text[])
       <> (to_jsonb(OLD) - '{confirmed_by_id,confirmed_at,basis}'::text[]) OR OLD.confirmed_at IS NOT NULL THEN
        PERFORM orgs_refuse('待确认事项只能确认一次，不可修改', 'confirmation_done');
    END IF;
    IF NEW.confirmed_by_id IS NULL THEN
        IF NEW.basis <> 'server' OR NOT orgs_on_server() THEN
            PERFORM orgs_refuse('须由另一人确认', 'confirmation_on_server');
        END IF;
    ELSE
        why := orgs_confirm_refusal(NEW.id, NEW.confirmed_by_id);
        IF why IS NOT NULL THEN
            PERFORM orgs_refuse('确认人须在该单位或其上级单位任学籍管理员、负责人满七天，且未经同一管理员任命、改名或重置',
                'confirmation_' || why);
        END IF;
        NEW.basis := 'person';
    END IF;
    NEW.confirmed_at := ledger_now();
    RETURN NEW;
END $$;

-- FUNCTION orgs_confirming_unit(bigint, bigint)
CREATE FUNCTION public.orgs_confirming_unit(its bigint, who bigint) RETURNS bigint
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    SELECT coalesce(its, (
        SELECT u.id FROM (
            SELECT p.unit_id FROM orgs_post p WHERE p.person_id = who AND orgs_deciding(p.role)
              AND (p.valid_until IS NULL OR p.valid_until > orgs_today())
            UNION ALL
            SELECT p.unit_id FROM orgs_delegation d JOIN orgs_account a ON a.id = d.account_id AND a.person_id = who
              JOIN orgs_post p ON p.id = d.post_id AND orgs_deciding(p.role) WHERE d.valid_until > orgs_today()
        ) held JOIN orgs_unit u ON u.id = held.unit_id ORDER BY length(u.path), u.id LIMIT 1))
$$;

-- FUNCTION orgs_county_without_league(text, bigint)
CREATE FUNCTION public.orgs_county_without_league(division text, province bigint) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    SELECT division ~ '^\d\d90' OR p.division_code ~ '^(11|12|31|50)'
            OR NOT EXISTS (SELECT FROM orgs_unit l WHERE l.authority_id = p.id AND l.level = 'league')
        FROM orgs_unit p WHERE p.id = province
$$;

-- FUNCTION orgs_decides(bigint)
CREATE FUNCTION public.orgs_decides(who bigint) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    SELECT EXISTS (SELECT FROM orgs_post p WHERE p.person_id = who AND orgs_deciding(p.role)
                   AND (p.valid_until IS NULL OR p.valid_until > orgs_today()))
        OR EXISTS (SELECT FROM orgs_delegation d JOIN orgs_account a ON a.id = d.account_id
                   JOIN orgs_post p ON p.id = d.post_id AND orgs_deciding(p.role)
                   WHERE a.person_id = who AND d.valid_until > orgs_today())
$$;

-- FUNCTION orgs_deciding(text)
CREATE FUNCTION public.orgs_deciding(role text) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$ SELECT role IN ('registrar', 'head') $$;

-- FUNCTION orgs_end_wall(date, date)
CREATE FUNCTION public.orgs_end_wall(was date, becomes date) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF was <= orgs_today() THEN
        PERFORM orgs_refuse('已经结束的岗位或委托不可修改', 'post_over');
    ELSIF was IS NOT NULL AND (becomes IS NULL OR becomes > was) THEN
        PERFORM orgs_refuse('岗位和委托只能提前结束，不能延长；需要延长的，从原来结束之日起另设一项', 'post_prolonged');
    ELSIF becomes < orgs_today() THEN
        PERFORM orgs_refuse('结束日期不能早于今天', 'post_back_dated');
    END IF;
END $$;

-- FUNCTION orgs_installing()
CREATE FUNCTION public.orgs_installing() RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    SELECT coalesce(current_setting('xueji.installing', true) = 'on', false) AND orgs_asker() IS NULL
        AND orgs_on_server()
$$;

-- FUNCTION orgs_keep_apart(bigint, boolean)
CREATE FUNCTION public.orgs_keep_apart(who bigint, decides boolean) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    PERFORM FROM orgs_person WHERE id = who FOR NO KEY UPDATE;
    IF decides AND orgs_administers(who) OR NOT decides AND orgs_decides(who) THEN
        PERFORM orgs_refuse('系统管理员不担任学籍管理员、负责人，也不代办其业务：管理系统的人不办理、不核办业务（附件1 三.1）',
            'administrator_decides_nothing');
    END IF;
END $$;

-- FUNCTION orgs_keep_names()
CREATE FUNCTION public.orgs_keep_names() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
    was jsonb := '{}';
    its jsonb := to_jsonb(NEW);
    fresh text[] := TG_ARGV;
    key text;
BEGIN
    NEW.names := '{}';
    IF TG_OP = 'UPDATE' THEN
        was := to_jsonb(OLD);
        NEW.names := OLD.names;
        SELECT coalesce(array_agg(c), '{}') INTO fresh FROM unnest(TG_ARGV) AS c
            WHERE its -> regexp_replace(c, '^unit:', '') IS DISTINCT FROM was -> regexp_replace(c, '^unit:', '');
        FOREACH key IN ARRAY fresh LOOP
            NEW.names := NEW.names - regexp_replace(key, '^unit:', '');
        END LOOP;
    END IF;
    IF fresh <> '{}' THEN
        NEW.names := NEW.names || orgs_names_of(its, fresh);
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION orgs_last_primary(bigint, date, integer)
CREATE FUNCTION public.orgs_last_primary(asked bigint, day date, cohort integer) RETURNS integer
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    SELECT coalesce((
        SELECT p.last_primary FROM orgs_schoolsystemperiod p WHERE p.school_id = asked
        ORDER BY coalesce(p.from_cohort > cohort, false), p.valid_from > day, abs(p.valid_from - day) LIMIT 1), 6)
$$;

-- FUNCTION orgs_loan_asked()
CREATE FUNCTION public.orgs_loan_asked() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    INSERT INTO orgs_confirmation (kind, person_id, account_id, unit_id, loan_id, asked_by_id, asked_person_id, asked_at,
        basis)
    SELECT 'loan', a.person_id, n.account_id, p.unit_id, n.id, orgs_asker(),
        (SELECT person_id FROM orgs_account WHERE id = orgs_asker()), ledger_now(), ''
    FROM fresh n JOIN orgs_post p ON p.id = n.post_id JOIN orgs_account a ON a.id = n.account_id
    WHERE n.waiting ORDER BY n.id;
    RETURN NULL;
END $$;

-- FUNCTION orgs_loan_wall()
CREATE FUNCTION public.orgs_loan_wall() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
    deciding boolean;
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT orgs_deciding(role) INTO deciding FROM orgs_post WHERE id = NEW.post_id;
        IF deciding THEN
            PERFORM orgs_keep_apart(person_id, true) FROM orgs_account WHERE id = NEW.account_id;
        END IF;
        NEW.waiting := deciding AND NOT orgs_installing();
        IF NOT orgs_installing() AND NEW.valid_from < orgs_today() THEN
            PERFORM orgs_refuse('委托不能早于今天开始', 'post_back_dated');
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.waiting <> OLD.waiting AND pg_trigger_depth() = 1 THEN
        PERFORM orgs_refuse('委托是否已确认由数据库记录', 'post_confirmed');
    END IF;
    IF orgs_installing() THEN
        RETURN NEW;
    END IF;
    IF (NEW.post_id, NEW.account_id, NEW.valid_from) IS DISTINCT FROM (OLD.post_id, OLD.account_id, OLD.valid_from) THEN
        PERFORM orgs_refuse('委托的岗位、受托人和起始日期登记后不可修改：请收回，另行委托', 'post_rewritten');
    END IF;
    IF NEW.valid_until <> OLD.valid_until THEN
        PERFORM orgs_end_wall(OLD.valid_until, NEW.valid_until);
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION orgs_mark_waiting(bigint[])
CREATE FUNCTION public.orgs_mark_waiting(people bigint[]) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    WITH open AS (
        SELECT kind, person_id, account_id, post_id, loan_id FROM orgs_confirmation
        WHERE person_id = ANY (people) AND confirmed_at IS NULL
    ), posts AS (
        UPDATE orgs_post p SET waiting = NOT p.waiting
        WHERE p.person_id = ANY (people) AND orgs_deciding(p.role) AND p.waiting <> EXISTS (
            SELECT FROM open o WHERE o.post_id = p.id OR o.kind NOT IN ('post', 'loan')
              AND o.person_id = p.person_id AND coalesce(o.account_id, p.account_id) = p.account_id)
    )
    UPDATE orgs_delegation d SET waiting = NOT d.waiting FROM orgs_account a, orgs_post p
    WHERE a.id = d.account_id AND a.person_id = ANY (people) AND p.id = d.post_id AND orgs_deciding(p.role)
      AND d.waiting <> EXISTS (
        SELECT FROM open o WHERE o.loan_id = d.id OR o.kind NOT IN ('post', 'loan')
          AND o.person_id = a.person_id AND coalesce(o.account_id, a.id) = a.id)
$$;

-- FUNCTION orgs_name_asked()
CREATE FUNCTION public.orgs_name_asked() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    PERFORM orgs_ask('name', NEW.id, NULL);
    RETURN NULL;
END $$;

-- FUNCTION orgs_name_of(bigint)
CREATE FUNCTION public.orgs_name_of(account bigint) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    SELECT coalesce(p.name, a.username) FROM orgs_account a LEFT JOIN orgs_person p ON p.id = a.person_id
    WHERE a.id = orgs_name_of.account
$$;

-- FUNCTION orgs_names_of(jsonb, text[])
CREATE FUNCTION public.orgs_names_of(its jsonb, columns text[]) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    SELECT coalesce(jsonb_object_agg(key, name), '{}') FROM (
        SELECT regexp_replace(c, '^unit:', '') AS key, CASE WHEN c LIKE 'unit:%'
            THEN (SELECT u.name FROM orgs_unit u WHERE u.id = (its ->> substr(c, 6))::bigint)
            ELSE orgs_name_of((its ->> c)::bigint) END AS name
        FROM unnest(columns) AS c
    ) told WHERE name IS NOT NULL
$$;

-- FUNCTION orgs_on_server()
CREATE FUNCTION public.orgs_on_server() RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    SELECT pg_has_role(current_user, relowner, 'MEMBER') FROM pg_class WHERE oid = 'public.orgs_post'::regclass
$$;

-- FUNCTION orgs_paper_begins()
CREATE FUNCTION public.orgs_paper_begins() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF NEW.state <> TG_ARGV[0] THEN
        PERFORM orgs_refuse('单据从第一步开始，不能带着后面的结果建立', 'paper_begins');
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION orgs_paper_seat()
CREATE FUNCTION public.orgs_paper_seat() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $_$
DECLARE
    who bigint := (to_jsonb(NEW) ->> TG_ARGV[0])::bigint;
    unit bigint := (to_jsonb(NEW) ->> TG_ARGV[1])::bigint;
BEGIN
    IF who IS NULL OR TG_OP = 'UPDATE' AND who IS NOT DISTINCT FROM (to_jsonb(OLD) ->> TG_ARGV[0])::bigint THEN
        RETURN NEW;
    END IF;
    IF TG_NARGS > 6 THEN
        EXECUTE format('SELECT school_id FROM %I WHERE id = $1', TG_ARGV[6]) INTO unit USING unit;
    END IF;
    IF NOT EXISTS (SELECT FROM unnest(string_to_array(TG_ARGV[2], ' ')) AS post(role)
                   WHERE orgs_seat_held(who, unit, post.role, orgs_today())) THEN
        PERFORM orgs_refuse(TG_ARGV[4], TG_ARGV[3]);
    END IF;
    IF coalesce(TG_ARGV[5], '') <> '' THEN
        NEW := jsonb_populate_record(NEW, jsonb_build_object(TG_ARGV[5], ledger_now()));
    END IF;
    RETURN NEW;
END $_$;

-- FUNCTION orgs_password_set()
CREATE FUNCTION public.orgs_password_set() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.must_change := coalesce(NEW.must_change, false) OR orgs_asker() IS NOT NULL;
        NEW.code_due := coalesce(NEW.code_due, false) OR orgs_asker() IS NOT NULL;
    ELSIF current_setting('xueji.own_password', true) IS DISTINCT FROM NEW.id::text AND NOT orgs_installing() THEN
        NEW.must_change := true;
        NEW.code_due := true;
        PERFORM orgs_ask('password', NEW.person_id, NEW.id);
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION orgs_post_asked()
CREATE FUNCTION public.orgs_post_asked() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    INSERT INTO orgs_confirmation (kind, person_id, account_id, unit_id, post_id, asked_by_id, asked_person_id, asked_at,
        confirmed_at, basis)
    SELECT 'post', n.person_id, n.account_id, n.unit_id, n.id, orgs_asker(),
        (SELECT person_id FROM orgs_account WHERE id = orgs_asker()), coalesce(n.confirmed_at, ledger_now()),
        n.confirmed_at, CASE WHEN n.confirmed_at IS NULL THEN '' ELSE 'installation' END
    FROM fresh n WHERE orgs_deciding(n.role) ORDER BY n.id;
    RETURN NULL;
END $$;

-- FUNCTION orgs_post_person()
CREATE FUNCTION public.orgs_post_person() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    SELECT person_id INTO NEW.person_id FROM orgs_account WHERE id = NEW.account_id;
    IF NEW.person_id IS NULL THEN
        RAISE EXCEPTION '账号未登记人员，不能任职'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'post_person';
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION orgs_post_stands()
CREATE FUNCTION public.orgs_post_stands() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF EXISTS (SELECT FROM orgs_unit WHERE id = NEW.unit_id AND closed_on <= NEW.valid_from) THEN
        PERFORM orgs_refuse('单位自撤销之日起不再设岗，请在承接单位设岗（附件1 三.1）', 'post_unit_closed');
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION orgs_post_wall()
CREATE FUNCTION public.orgs_post_wall() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.confirmed_at := ledger_now();
        NEW.waiting := false;
        IF orgs_deciding(NEW.role) OR NEW.role = 'administrator' THEN
            PERFORM orgs_keep_apart(NEW.person_id, orgs_deciding(NEW.role));
        END IF;
        IF NOT orgs_installing() THEN
            IF NEW.valid_from < orgs_today() THEN
                PERFORM orgs_refuse('任职起不能早于今天', 'post_back_dated');
            END IF;
            IF orgs_deciding(NEW.role) THEN
                NEW.confirmed_at := NULL;
                NEW.waiting := true;
            END IF;
        ELSE
            NEW.confirmed_at := least(NEW.valid_from::timestamp AT TIME ZONE 'Asia/Shanghai', ledger_now());
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.confirmed_at IS DISTINCT FROM OLD.confirmed_at OR NEW.waiting <> OLD.waiting) AND pg_trigger_depth() = 1 THEN
        PERFORM orgs_refuse('岗位是否已确认由数据库记录', 'post_confirmed');
    END IF;
    IF orgs_installing() THEN
        RETURN NEW;
    END IF;
    IF (NEW.account_id, NEW.person_id, NEW.unit_id, NEW.role, NEW.valid_from)
       IS DISTINCT FROM (OLD.account_id, OLD.person_id, OLD.unit_id, OLD.role, OLD.valid_from) THEN
        PERFORM orgs_refuse('岗位的账号、单位、岗位和任职起登记后不可修改：请结束这个岗位，另设一个', 'post_rewritten');
    END IF;
    IF NEW.valid_until IS DISTINCT FROM OLD.valid_until THEN
        PERFORM orgs_end_wall(OLD.valid_until, NEW.valid_until);
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION orgs_predecessors(bigint, date)
CREATE FUNCTION public.orgs_predecessors(unit bigint, day date) RETURNS TABLE(id bigint, path text)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    WITH RECURSIVE chain AS (
        SELECT u.id, u.path FROM orgs_unit u WHERE u.successor_id = unit AND u.closed_on <= day
        UNION
        SELECT u.id, u.path FROM chain c JOIN orgs_unit u ON u.successor_id = c.id AND u.closed_on <= day
    )
    SELECT chain.id, chain.path::text FROM chain
$$;

-- FUNCTION orgs_refuse(text, text)
CREATE FUNCTION public.orgs_refuse(sentence text, wall text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    RAISE EXCEPTION '%', sentence USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = wall;
END $$;

-- FUNCTION orgs_same_person(bigint, bigint)
CREATE FUNCTION public.orgs_same_person(one bigint, other bigint) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    SELECT one IS NOT NULL AND other IS NOT NULL AND (one = other OR EXISTS (
        SELECT FROM orgs_account a JOIN orgs_account b ON b.person_id = a.person_id
        WHERE a.id = one AND b.id = other))
$$;

-- FUNCTION orgs_seat_held(bigint, bigint, text, date, boolean)
CREATE FUNCTION public.orgs_seat_held(account bigint, seat_unit bigint, seat_role text, day date, lent boolean DEFAULT true) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    SELECT EXISTS (
        SELECT FROM orgs_post p JOIN orgs_account a ON a.id = orgs_seat_held.account AND a.is_active
        WHERE p.unit_id = orgs_standing(seat_unit, day) AND p.role = seat_role
          AND p.valid_from <= day AND (p.valid_until IS NULL OR p.valid_until > day)
          AND (p.account_id = a.id AND NOT p.waiting OR lent AND p.confirmed_at IS NOT NULL AND EXISTS (
              SELECT FROM orgs_delegation d WHERE d.post_id = p.id AND d.account_id = a.id AND NOT d.waiting
                AND d.valid_from <= day AND d.valid_until > day)))
$$;

-- FUNCTION orgs_second_factor_asked()
CREATE FUNCTION public.orgs_second_factor_asked() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    PERFORM orgs_ask('second_factor', a.person_id, a.id) FROM orgs_account a WHERE a.id = OLD.user_id;
    UPDATE orgs_account SET code_due = true WHERE id = OLD.user_id AND NOT orgs_installing();
    RETURN NULL;
END $$;

-- FUNCTION orgs_stamped()
CREATE FUNCTION public.orgs_stamped() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    RETURN jsonb_populate_record(NEW, jsonb_build_object(TG_ARGV[0], ledger_now()));
END $$;

-- FUNCTION orgs_standing(bigint, date)
CREATE FUNCTION public.orgs_standing(unit bigint, day date) RETURNS bigint
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    WITH RECURSIVE chain AS (
        SELECT u.id, u.successor_id, u.closed_on, ARRAY[u.id] AS seen FROM orgs_unit u WHERE u.id = unit
        UNION ALL
        SELECT u.id, u.successor_id, u.closed_on, c.seen || u.id
        FROM chain c JOIN orgs_unit u ON u.id = c.successor_id
        WHERE c.closed_on <= day AND NOT (u.id = ANY (c.seen))
    )
    SELECT id FROM chain WHERE closed_on IS NULL OR closed_on > day LIMIT 1
$$;

-- FUNCTION orgs_succeeded(bigint, bigint)
CREATE FUNCTION public.orgs_succeeded(was bigint, becomes bigint) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    SELECT coalesce(was <> becomes AND orgs_standing(was, orgs_today()) = becomes, false)
$$;

-- FUNCTION orgs_succession_wall()
CREATE FUNCTION public.orgs_succession_wall() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF to_jsonb(NEW) - TG_ARGV <> to_jsonb(OLD) - TG_ARGV THEN
        PERFORM orgs_refuse('承接单位接办时只改所属单位，内容不变（附件1 三.1）', 'succession_only_unit');
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION orgs_successor_grades()
CREATE FUNCTION public.orgs_successor_grades() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
    heir orgs_unit;
    lowest smallint;
    highest smallint;
BEGIN
    SELECT * INTO heir FROM orgs_unit WHERE id = NEW.successor_id;
    SELECT p.lowest_grade, p.highest_grade INTO lowest, highest FROM orgs_schoolsystemperiod p
        WHERE p.school_id = heir.id AND p.valid_from <= NEW.closed_on ORDER BY p.valid_from DESC LIMIT 1;
    IF NOT FOUND THEN
        lowest := heir.lowest_grade;
        highest := heir.highest_grade;
    END IF;
    IF lowest > NEW.lowest_grade OR highest < NEW.highest_grade THEN
        RAISE EXCEPTION '承接学校没有被撤销学校的全部年级，学生转不过去；请另选学校，或先为承接学校登记新的学制（附件1 四.2）'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'unit_successor_grades';
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION orgs_successor_wall()
CREATE FUNCTION public.orgs_successor_wall() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
    heir orgs_unit;
BEGIN
    IF NEW.closed_on IS NULL THEN
        RAISE EXCEPTION '填写承接单位时须同时填写撤销日期'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'unit_successor_closed';
    END IF;
    SELECT * INTO heir FROM orgs_unit WHERE id = NEW.successor_id;
    IF (heir.level = 'school') <> (NEW.level = 'school') THEN
        RAISE EXCEPTION '学校由学校承接，主管部门由主管部门承接'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'unit_successor_level';
    END IF;
    IF EXISTS (
        WITH RECURSIVE chain AS (
            SELECT NEW.successor_id AS id
            UNION
            SELECT u.successor_id FROM chain c JOIN orgs_unit u ON u.id = c.id WHERE u.successor_id IS NOT NULL
        ) SELECT 1 FROM chain WHERE id = NEW.id
    ) THEN
        RAISE EXCEPTION '承接单位不能是本单位，也不能最终又由本单位承接'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'unit_successor_ring';
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION orgs_switched_on()
CREATE FUNCTION public.orgs_switched_on() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF NEW.sealed_on IS NOT NULL THEN
        PERFORM orgs_refuse('封存的账号由上级单位启封（正文 二.2）', 'account_sealed');
    END IF;
    IF orgs_administers((SELECT person_id FROM orgs_account WHERE id = orgs_asker())) THEN
        PERFORM orgs_ask('account', NEW.person_id, NEW.id);
    END IF;
    RETURN NULL;
END $$;

-- FUNCTION orgs_system_changed()
CREATE FUNCTION public.orgs_system_changed() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    UPDATE orgs_unit SET school_system = school_system WHERE id = coalesce(NEW.school_id, OLD.school_id);
    RETURN NULL;
END $$;

-- FUNCTION orgs_system_last_primary()
CREATE FUNCTION public.orgs_system_last_primary() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.school_system <> OLD.school_system AND NEW.last_primary IS NOT DISTINCT FROM OLD.last_primary THEN
        NEW.last_primary := NULL;
    END IF;
    NEW.last_primary := coalesce(NEW.last_primary, CASE WHEN NEW.school_system = '5-4' THEN 5 ELSE 6 END);
    RETURN NEW;
END $$;

-- FUNCTION orgs_system_on(bigint, date)
CREATE FUNCTION public.orgs_system_on(asked bigint, day date) RETURNS SETOF public.orgs_schoolsystemperiod
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    SELECT * FROM orgs_schoolsystemperiod p WHERE p.school_id = asked
        ORDER BY p.valid_from > day, abs(p.valid_from - day) LIMIT 1
$$;

-- FUNCTION orgs_system_wall()
CREATE FUNCTION public.orgs_system_wall() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NEW.school_id <> OLD.school_id THEN
            RAISE EXCEPTION '学制记录不能改到另一所学校'
                USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'school_system_owner';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.valid_from <= orgs_today() THEN
        RAISE EXCEPTION '已经生效的学制不可删除，请另立新的一行'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'school_system_begun';
    END IF;
    RETURN OLD;
END $$;

-- FUNCTION orgs_systems_of_today()
CREATE FUNCTION public.orgs_systems_of_today() RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
    changed integer;
BEGIN
    UPDATE orgs_unit u SET school_system = u.school_system
        WHERE u.level = 'school' AND EXISTS (
            SELECT 1 FROM orgs_system_on(u.id, orgs_today()) p
            WHERE (p.school_system, p.lowest_grade, p.highest_grade)
                IS DISTINCT FROM (u.school_system, u.lowest_grade, u.highest_grade));
    GET DIAGNOSTICS changed = ROW_COUNT;
    RETURN changed;
END $$;

-- FUNCTION orgs_today()
CREATE FUNCTION public.orgs_today() RETURNS date
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$ SELECT (ledger_now() AT TIME ZONE 'Asia/Shanghai')::date $$;

-- FUNCTION orgs_two_persons()
CREATE FUNCTION public.orgs_two_persons() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF orgs_same_person((to_jsonb(NEW) ->> TG_ARGV[0])::bigint, (to_jsonb(NEW) ->> TG_ARGV[1])::bigint) THEN
        RAISE EXCEPTION '%', TG_ARGV[3] USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_ARGV[2];
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION orgs_unit_first_system()
CREATE FUNCTION public.orgs_unit_first_system() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF NEW.level = 'school' AND NEW.lowest_grade IS NOT NULL AND NEW.highest_grade IS NOT NULL THEN
        INSERT INTO orgs_schoolsystemperiod
                (school_id, school_system, lowest_grade, highest_grade, valid_from, source)
            SELECT NEW.id, NEW.school_system, NEW.lowest_grade, NEW.highest_grade, orgs_today(), '学校登记时的学制'
            WHERE NOT EXISTS (SELECT 1 FROM orgs_schoolsystemperiod WHERE school_id = NEW.id);
    END IF;
    RETURN NULL;
END $$;

-- FUNCTION orgs_unit_path()
CREATE FUNCTION public.orgs_unit_path() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF EXISTS (
        SELECT FROM orgs_unit u LEFT JOIN orgs_unit a ON a.id = u.authority_id
        WHERE (u.id = NEW.id OR u.authority_id = NEW.id) AND (u.path, u.province_id, u.league_id) IS DISTINCT FROM (
            coalesce(a.path, '/') || u.id || '/',
            CASE WHEN u.level = 'province' THEN u.id ELSE a.province_id END,
            CASE WHEN u.level = 'league' THEN u.id ELSE a.league_id END)) THEN
        PERFORM orgs_refuse('单位的层级路径由主管部门决定，不能另设', 'unit_path');
    END IF;
    RETURN NULL;
END $$;

-- FUNCTION orgs_unit_system()
CREATE FUNCTION public.orgs_unit_system() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
    found orgs_schoolsystemperiod;
BEGIN
    IF NEW.level = 'school' THEN
        SELECT * INTO found FROM orgs_system_on(NEW.id, orgs_today());
        IF found.id IS NOT NULL THEN
            NEW.school_system := found.school_system;
            NEW.lowest_grade := found.lowest_grade;
            NEW.highest_grade := found.highest_grade;
        END IF;
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION orgs_unit_tree()
CREATE FUNCTION public.orgs_unit_tree() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
    above text;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.code, NEW.level) IS DISTINCT FROM (OLD.code, OLD.level) AND orgs_unit_used(NEW.id) THEN
            RAISE EXCEPTION '单位已有下级、人员、学生或业务，代码和层级不能再改；确需更换请另建单位，再撤销这个单位并指定承接单位'
                USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'unit_fixed';
        END IF;
        IF (NEW.level, NEW.authority_id, NEW.division_code)
                IS NOT DISTINCT FROM (OLD.level, OLD.authority_id, OLD.division_code) THEN
            RETURN NEW;
        END IF;
    END IF;
    -- Held until the end: nobody makes something else of the unit above meanwhile.
    SELECT u.level INTO above FROM orgs_unit u WHERE u.id = NEW.authority_id FOR SHARE;
    IF above IS NULL THEN
        RETURN NEW;  -- whether a unit may stand without one is said by a constraint
    END IF;
    IF NEW.level = 'province' AND above <> 'ministry' THEN
        RAISE EXCEPTION '省级单位的主管部门须是教育部，请另选'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'unit_tree';
    ELSIF NEW.level = 'league' AND above <> 'province' THEN
        RAISE EXCEPTION '盟市的主管部门须是省级单位，请另选'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'unit_tree';
    ELSIF NEW.level = 'county' AND above <> 'league'
            AND NOT (above = 'province' AND orgs_county_without_league(NEW.division_code, NEW.authority_id)) THEN
        RAISE EXCEPTION '旗县区的主管部门须是盟市，请另选；只有直辖市、省直辖县级单位（区划代码如 659001）和没有盟市的省，旗县区才直属省级单位'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'unit_tree';
    ELSIF NEW.level = 'school' AND above NOT IN ('county', 'league', 'province') THEN
        RAISE EXCEPTION '学校的主管部门须是旗县区、盟市或省级单位，请另选'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'unit_tree';
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION orgs_unit_used(bigint)
CREATE FUNCTION public.orgs_unit_used(asked bigint) RETURNS boolean
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $_$
DECLARE
    pointer record;
    found boolean;
BEGIN
    FOR pointer IN
        SELECT c.conrelid::regclass AS holder, a.attname AS name
        FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
        WHERE c.contype = 'f' AND c.confrelid = 'orgs_unit'::regclass
            AND c.conrelid <> 'orgs_schoolsystemperiod'::regclass
        ORDER BY 1, 2
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %s WHERE %I = $1%s)', pointer.holder, pointer.name,
            CASE WHEN pointer.holder = 'orgs_unit'::regclass THEN ' AND id <> $1' ELSE '' END)
            INTO found USING asked;
        IF found THEN
            RETURN true;
        END IF;
    END LOOP;
    RETURN false;
END $_$;

-- FUNCTION reviews_act_one_unit()
CREATE FUNCTION public.reviews_act_one_unit() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF reviews_acted_elsewhere(NEW.case_id, (SELECT person_id FROM orgs_account WHERE id = NEW.account_id), NEW.unit_id)
       IS NOT NULL THEN
        PERFORM reviews_refuse('一人在一件业务中只能代表一个单位办理（附件1 三.1）', 'act_one_unit');
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION reviews_act_recorded()
CREATE FUNCTION public.reviews_act_recorded() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM reviews_case c JOIN ledger_auditentry e ON e.subject = 'case:' || c.number
        WHERE c.id = NEW.case_id AND e.action = 'case.' || NEW.verb AND e.actor = 'account:' || NEW.account_id
          AND ledger_written_now(e.xmin)) THEN
        PERFORM reviews_refuse('办理记录须同时留痕', 'act_on_record');
    END IF;
    RETURN NULL;
END $$;

-- FUNCTION reviews_act_seat()
CREATE FUNCTION public.reviews_act_seat() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
    today date := reviews_today();
    its reviews_step;
    held text;
BEGIN
    SELECT name, short_name INTO NEW.unit_name, NEW.unit_short FROM orgs_unit WHERE id = NEW.unit_id;
    NEW.unit_name := coalesce(NEW.unit_name, '');
    NEW.unit_short := coalesce(NEW.unit_short, '');
    NEW.names_from := 'act';
    IF NEW.account_id IS NULL THEN
        NEW.person_name := '';
        NEW.role := '';
        RETURN NEW;
    END IF;
    IF reviews_roles_of(NEW.verb) = '{}' THEN
        PERFORM reviews_refuse('这一行为由系统按期限完成，不由任何账号办理', 'act_by_the_clock');
    END IF;
    SELECT role INTO held FROM unnest(reviews_roles_of(NEW.verb)) WITH ORDINALITY AS r(role, place)
        WHERE orgs_seat_held(NEW.account_id, NEW.unit_id, role, today) ORDER BY place LIMIT 1;
    IF held IS NULL THEN
        PERFORM reviews_refuse('账号今天在这个单位没有可以办理这一行为的岗位（附件1 三.1）', 'act_seat');
    END IF;
    SELECT * INTO its FROM reviews_step WHERE id = NEW.step_id;
    IF its.id IS NOT NULL AND its.case_id <> NEW.case_id
       OR its.id IS NULL AND NEW.verb NOT IN ('withdraw', 'nudge', 'message')
       OR NEW.verb NOT IN ('withdraw', 'nudge', 'message', 'recall') AND its.unit_id <> NEW.unit_id THEN
        PERFORM reviews_refuse('办理记录须属于轮到这个单位的环节', 'act_step');
    END IF;
    IF NEW.verb IN ('submit', 'handle') AND its.handler_id IS DISTINCT FROM NEW.account_id
       OR NEW.verb = 'sign' AND its.signer_id IS DISTINCT FROM NEW.account_id THEN
        PERFORM reviews_refuse('办理记录的账号与环节的办理人、核办人不一致', 'act_person');
    END IF;
    NEW.role := held;
    NEW.delegated := NOT orgs_seat_held(NEW.account_id, NEW.unit_id, held, today, false);
    NEW.person_name := orgs_name_of(NEW.account_id);
    RETURN NEW;
END $$;

-- FUNCTION reviews_act_stamp()
CREATE FUNCTION public.reviews_act_stamp() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    NEW.at := ledger_now();
    RETURN NEW;
END $$;

-- FUNCTION reviews_acted_elsewhere(bigint, bigint, bigint)
CREATE FUNCTION public.reviews_acted_elsewhere(which bigint, who bigint, own bigint) RETURNS bigint
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    SELECT unit_id FROM (
        SELECT s.unit_id FROM reviews_step s WHERE s.case_id = which AND who IN (s.handler_person_id, s.signer_person_id)
        UNION
        SELECT a.unit_id FROM reviews_act a JOIN orgs_account x ON x.id = a.account_id
        WHERE a.case_id = which AND x.person_id = who AND a.verb NOT IN ('nudge', 'message')
    ) done
    WHERE unit_id <> own AND orgs_standing(unit_id, reviews_today()) IS DISTINCT FROM own LIMIT 1
$$;

-- FUNCTION reviews_all_signed(bigint, text[])
CREATE FUNCTION public.reviews_all_signed(which bigint, stages text[]) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    SELECT count(*) > 0 AND bool_and((
        SELECT s.outcome FROM reviews_step s WHERE s.case_id = which AND s.stage = wanted.stage
        ORDER BY s.seq DESC LIMIT 1) IS NOT DISTINCT FROM 'agree')
    FROM unnest(stages) AS wanted(stage) WHERE wanted.stage <> 'awaiting_file'
$$;

-- FUNCTION reviews_appeal_insert_wall()
CREATE FUNCTION public.reviews_appeal_insert_wall() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
    its reviews_step;
BEGIN
    SELECT * INTO its FROM reviews_step WHERE id = NEW.step_id;
    IF its.closed_at IS NOT NULL OR its.case_id <> NEW.case_id OR its.unit_id <> NEW.unit_id
       OR its.stage <> NEW.stage THEN
        PERFORM reviews_refuse('只能由轮到办理的单位在本环节上报', 'appeal_open_step');
    END IF;
    IF NEW.upper_id IS DISTINCT FROM (SELECT authority_id FROM orgs_unit WHERE id = NEW.unit_id) THEN
        PERFORM reviews_refuse('只能报本单位的主管部门裁定', 'appeal_upper');
    END IF;
    IF NEW.ruling <> '' THEN
        PERFORM reviews_refuse('不能带着裁定上报', 'appeal_opens_undecided');
    END IF;
    SELECT person_id INTO NEW.person_id FROM orgs_account WHERE id = NEW.account_id;
    NEW.digest := encode(sha256(convert_to(NEW.opinion, 'UTF8')), 'hex');
    NEW.raised_at := ledger_now();
    RETURN NEW;
END $$;

-- FUNCTION reviews_appeal_wall()
CREATE FUNCTION public.reviews_appeal_wall() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
    may text[] := ARRAY['ruling', 'ruling_opinion', 'decider_id', 'decider_person_id', 'decided_at'];
BEGIN
    IF OLD.ruling <> '' THEN
        PERFORM reviews_refuse('已经裁定，不可修改', 'appeal_decided');
    END IF;
    IF (to_jsonb(NEW) - may) <> (to_jsonb(OLD) - may) OR NEW.ruling = '' THEN
        PERFORM reviews_refuse('上报的内容不可修改', 'appeal_fixed');
    END IF;
    IF EXISTS (SELECT 1 FROM reviews_step WHERE id = OLD.step_id AND closed_at IS NOT NULL) THEN
        PERFORM reviews_refuse('该环节已经办结，无须裁定', 'appeal_moot');
    END IF;
    SELECT person_id INTO NEW.decider_person_id FROM orgs_account WHERE id = NEW.decider_id;
    NEW.decided_at := ledger_now();
    RETURN NEW;
END $$;

-- FUNCTION reviews_arrived_on(bigint)
CREATE FUNCTION public.reviews_arrived_on(step bigint) RETURNS date
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    WITH RECURSIVE turn AS (
        SELECT id, recall_of_id, opened_at FROM reviews_step WHERE id = step
        UNION ALL
        SELECT s.id, s.recall_of_id, s.opened_at FROM turn JOIN reviews_step s ON s.id = turn.recall_of_id
    )
    SELECT (opened_at AT TIME ZONE 'Asia/Shanghai')::date FROM turn WHERE recall_of_id IS NULL
$$;

-- FUNCTION reviews_attachment_wall()
CREATE FUNCTION public.reviews_attachment_wall() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
    its reviews_case;
    most integer;
BEGIN
    SELECT * INTO its FROM reviews_case WHERE id = NEW.case_id FOR NO KEY UPDATE;
    IF NOT (its.state = 'draft' OR (its.state IN ('receiving_school', 'school', 'correction') AND its.awaiting = 'handle')) THEN
        PERFORM reviews_refuse('只有转入学校在发起前或补正时可以更换证明材料（附件1 三.1）', 'attachment_stage');
    END IF;
    IF TG_OP = 'INSERT' THEN
        -- R0.7: by the row of the submission; a draft by today's.
        SELECT reviews_limit_value('attachments', u.province_id,
            (coalesce(its.submitted_at, ledger_now()) AT TIME ZONE 'Asia/Shanghai')::date)
            INTO most FROM orgs_unit u WHERE u.id = its.receiving_unit_id;
        IF (SELECT count(*) FROM reviews_attachment WHERE case_id = NEW.case_id AND removed_at IS NULL) >= most THEN
            PERFORM reviews_refuse('证明材料最多 ' || most || ' 张', 'attachment_count');
        END IF;
        NEW.uploaded_at := ledger_now();
    ELSE
        IF (to_jsonb(NEW) - 'removed_at' - 'position') <> (to_jsonb(OLD) - 'removed_at' - 'position')
           OR OLD.removed_at IS NOT NULL THEN
            PERFORM reviews_refuse('证明材料上传后不可修改，只可移除后重传', 'attachment_fixed');
        END IF;
        IF NEW.removed_at IS NOT NULL THEN
            NEW.removed_at := ledger_now();
        END IF;
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION reviews_bump_revision()
CREATE FUNCTION public.reviews_bump_revision() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    UPDATE reviews_calendarrevision SET number = number + 1;
    RETURN NULL;
END $$;

-- FUNCTION reviews_case_insert_wall()
CREATE FUNCTION public.reviews_case_insert_wall() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF NEW.state <> 'draft' THEN
        PERFORM reviews_refuse('业务只能从草稿开始', 'case_starts_as_draft');
    END IF;
    NEW.created_at := ledger_now();
    RETURN NEW;
END $$;

-- FUNCTION reviews_case_wall()
CREATE FUNCTION public.reviews_case_wall() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
    instant timestamptz := ledger_now();
    today date := (instant AT TIME ZONE 'Asia/Shanghai')::date;
    province bigint;
    shut text;
    file_due date;
BEGIN
    IF OLD.closed_at IS NOT NULL THEN
        PERFORM reviews_refuse('业务已经结束，不可修改', 'case_closed');
    END IF;
    IF NEW.number <> OLD.number OR NEW.kind <> OLD.kind OR NEW.subject <> OLD.subject
       OR NEW.created_by_id <> OLD.created_by_id OR NEW.created_at <> OLD.created_at THEN
        PERFORM reviews_refuse('业务号、类型、当事人和创建人不可修改', 'case_identity');
    END IF;
    -- R3.1b: a school gives its place to nobody but the one it was merged into.
    IF OLD.submitted_at IS NOT NULL AND (
            (NEW.receiving_unit_id <> OLD.receiving_unit_id
             AND NEW.receiving_unit_id IS DISTINCT FROM orgs_standing(OLD.receiving_unit_id, today))
            OR (NEW.sending_unit_id <> OLD.sending_unit_id
             AND NEW.sending_unit_id IS DISTINCT FROM orgs_standing(OLD.sending_unit_id, today))) THEN
        PERFORM reviews_refuse('业务的学校只能由其承接学校接替', 'case_successor');
    END IF;
    -- R3.7: on reaching 调档 the 90 days end, and only there.
    IF OLD.submitted_at IS NOT NULL AND (NEW.submitted_at IS DISTINCT FROM OLD.submitted_at
            OR NEW.route_id IS DISTINCT FROM OLD.route_id OR NEW.stages <> OLD.stages
            OR (NEW.expires_at IS DISTINCT FROM OLD.expires_at
                AND NOT (NEW.expires_at IS NULL AND NEW.state = 'awaiting_file' AND OLD.state <> 'awaiting_file')))
    THEN
        PERFORM reviews_refuse('发起之后，发起时间、清理时间和流程不可修改', 'case_submission');
    END IF;
    IF NEW.state <> OLD.state THEN
        IF NOT reviews_legal_pair(OLD.state, NEW.state) THEN
            PERFORM reviews_refuse('业务不能从“' || OLD.state || '”变为“' || NEW.state || '”', 'case_legal_pair');
        END IF;
        IF OLD.state = 'draft' AND NEW.state IN ('receiving_school', 'school', 'authority') THEN
            SELECT province_id INTO province FROM orgs_unit WHERE id = NEW.receiving_unit_id;
            shut := reviews_closed_window(NEW.kind, province, instant);
            IF shut IS NOT NULL THEN
                PERFORM reviews_refuse('现在是暂停发起的时段（' || shut || '，三.5）', 'case_window_closed');
            END IF;
            NEW.submitted_at := instant;
            NEW.expires_at := instant + make_interval(hours => 24 * reviews_limit_value('expire_days', province, today));
        ELSIF NEW.submitted_at IS DISTINCT FROM OLD.submitted_at THEN
            PERFORM reviews_refuse('发起时间由数据库记录', 'case_submission');
        END IF;
        IF NEW.state = 'expired' AND (OLD.expires_at IS NULL OR instant < OLD.expires_at) THEN
            PERFORM reviews_refuse('发起未满 90 天的业务不能清理（三.7）', 'case_expiry_early');
        END IF;
        IF NEW.state = 'awaiting_file' THEN
            IF NOT ('awaiting_file' = ANY (NEW.stages)) THEN
                PERFORM reviews_refuse('这类业务没有调档（三.6）', 'case_no_file');
            END IF;
            NEW.expires_at := NULL;
        ELSIF NEW.state = 'completed' AND OLD.state <> 'awaiting_file' AND 'awaiting_file' = ANY (NEW.stages) THEN
            PERFORM reviews_refuse('须经调档才能办结（三.6）', 'case_file_first');
        END IF;
        IF OLD.state = 'awaiting_file' THEN
            -- R3.6: until the end of the last working day the file may be requested, after it only cancelled.
            SELECT max(due_on) INTO file_due FROM reviews_step WHERE case_id = OLD.id AND stage = 'awaiting_file';
            IF NEW.state = 'lapsed' AND (file_due IS NULL OR file_due >= today) THEN
                PERFORM reviews_refuse('调档时限未过的业务不能取消（三.6）', 'case_lapse_early');
            END IF;
            IF NEW.state = 'completed' AND file_due < today THEN
                PERFORM reviews_refuse('调档时限已过（三.6）', 'case_file_late');
            END IF;
        END IF;
        IF NEW.state IN ('completed', 'refused', 'withdrawn', 'expired', 'lapsed', 'cleared') THEN
            NEW.closed_at := instant;
            NEW.exclusive_key := NULL;
        END IF;
    ELSIF NEW.submitted_at IS DISTINCT FROM OLD.submitted_at OR NEW.closed_at IS DISTINCT FROM OLD.closed_at THEN
        PERFORM reviews_refuse('发起时间和结束时间由数据库记录', 'case_submission');
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION reviews_certificate_length()
CREATE FUNCTION public.reviews_certificate_length() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
    months integer;
    latest date;
BEGIN
    SELECT l.value INTO months FROM reviews_limit l
        WHERE l.key = 'certificate_months'
          AND l.valid_from <= NEW.trained_on AND (l.valid_until IS NULL OR l.valid_until > NEW.trained_on)
          AND (l.province_id IS NULL OR l.province_id IN (
              SELECT u.province_id FROM orgs_post p JOIN orgs_unit u ON u.id = p.unit_id
              WHERE p.person_id = NEW.person_id))
        ORDER BY l.province_id IS NULL, l.valid_from DESC LIMIT 1;
    months := coalesce(months, 12);
    latest := NEW.trained_on + make_interval(months => months);
    IF NEW.valid_until > latest THEN
        RAISE EXCEPTION '培训合格证自培训之日起最长 % 个月有效：%培训的，有效期至最晚填 %（正文 二.1）；请按证书核对培训日期和有效期',
            months, to_char(NEW.trained_on, 'YYYY"年"FMMM"月"FMDD"日"'), to_char(latest, 'YYYY"年"FMMM"月"FMDD"日"')
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'training_length';
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION reviews_closed_window(text, bigint, timestamp with time zone)
CREATE FUNCTION public.reviews_closed_window(wanted_kind text, province bigint, instant timestamp with time zone) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    WITH local AS (SELECT instant AT TIME ZONE 'Asia/Shanghai' AS t),
    in_force AS (
        SELECT w.*, to_char(local.t, 'MM-DD') AS md FROM reviews_window w, local
        WHERE wanted_kind = ANY (w.kinds) AND w.remind_days = '{}' AND (w.province_id IS NULL OR w.province_id = province)
          AND w.valid_from <= local.t::date AND (w.valid_until IS NULL OR w.valid_until > local.t::date)
    ),
    -- A province's own window of the same key takes the place of the nation's.
    chosen AS (SELECT DISTINCT ON (key) * FROM in_force ORDER BY key, province_id NULLS LAST, valid_from DESC),
    judged AS (
        SELECT *, CASE WHEN starts <= ends THEN md >= starts AND md < ends ELSE md >= starts OR md < ends END AS inside
        FROM chosen
    )
    SELECT key FROM judged WHERE closes AND inside
    UNION ALL
    SELECT min(key) FROM judged WHERE NOT closes HAVING count(*) > 0 AND NOT bool_or(inside)
    LIMIT 1
$$;

-- FUNCTION reviews_end_wall()
CREATE FUNCTION public.reviews_end_wall() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
    ended text := (SELECT outcome FROM reviews_step WHERE case_id = NEW.id ORDER BY seq DESC LIMIT 1);
BEGIN
    IF NEW.state IN ('completed', 'awaiting_file') AND NOT reviews_all_signed(NEW.id, NEW.stages) THEN
        PERFORM reviews_refuse('业务须经流程上的每个单位由两人办理、核办同意，才能办结或调档（附件1 三.1）', 'case_unsigned');
    END IF;
    IF NEW.state = 'completed' AND OLD.state = 'awaiting_file' AND ended IS DISTINCT FROM 'filed' THEN
        PERFORM reviews_refuse('须经调档才能办结（三.6）', 'case_unsigned');
    END IF;
    IF NEW.state = 'refused' AND ended IS DISTINCT FROM 'refuse' THEN
        PERFORM reviews_refuse('业务须由两人办理、核办不同意，才能终止（附件1 三.1）', 'case_unsigned');
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION reviews_entry_of_act()
CREATE FUNCTION public.reviews_entry_of_act() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM reviews_case c JOIN reviews_act a ON a.case_id = c.id
        WHERE 'case:' || c.number = NEW.subject AND a.verb = substr(NEW.action, 6)
          AND 'account:' || a.account_id = NEW.actor AND ledger_written_now(a.xmin)) THEN
        PERFORM reviews_refuse('没有这一办理，不能以他人名义留痕', 'audit_of_an_act');
    END IF;
    RETURN NULL;
END $$;

-- FUNCTION reviews_entry_of_case()
CREATE FUNCTION public.reviews_entry_of_case() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM reviews_case WHERE number = substr(NEW.actor, 6)) THEN
        PERFORM reviews_refuse('留痕中的业务不存在', 'audit_actor');
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION reviews_facts_fixed()
CREATE FUNCTION public.reviews_facts_fixed() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
    its reviews_case;
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM reviews_refuse('业务的内容不可删除（附件1 三.1）', 'no_delete');
    END IF;
    IF (to_jsonb(NEW) -> 'case_id', to_jsonb(NEW) -> 'student_id')
            IS DISTINCT FROM (to_jsonb(OLD) -> 'case_id', to_jsonb(OLD) -> 'student_id') THEN
        PERFORM reviews_refuse('业务的内容属于这一业务和这名学生，不可改给别的业务和学生（附件1 三.1）', 'facts_owner');
    END IF;
    SELECT * INTO its FROM reviews_case WHERE id = OLD.case_id;
    -- The end of a case writes down what was before, and how far its reminders have come is counted on.
    IF its.closed_at IS NOT NULL AND NOT ledger_written_now((SELECT xmin FROM reviews_case WHERE id = its.id))
            AND to_jsonb(NEW) - 'reminded' <> to_jsonb(OLD) - 'reminded'
       OR to_jsonb(NEW) - TG_ARGV <> to_jsonb(OLD) - TG_ARGV AND NOT (its.state = 'draft'
            OR its.state IN ('receiving_school', 'school', 'correction') AND its.awaiting = 'handle') THEN
        PERFORM reviews_refuse('业务发起以后内容不可修改；退回补正的，由发起的单位更正（附件1 三.1）', 'facts_fixed');
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION reviews_fault_wall()
CREATE FUNCTION public.reviews_fault_wall() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
    today date := (ledger_now() AT TIME ZONE 'Asia/Shanghai')::date;
    days integer;
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM reviews_refuse('故障公告不可删除', 'fault_no_delete');
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.closed_at IS NOT NULL THEN
            PERFORM reviews_refuse('故障公告只能从发布开始', 'fault_starts_open');
        END IF;
        IF NOT reviews_office_over(NEW.opened_by_id, NEW.opened_from_id, NEW.unit_id, today) THEN
            PERFORM reviews_refuse('故障公告由旗县区及以上、覆盖这一范围的主管部门发布（函 一）', 'fault_seat');
        END IF;
        SELECT reviews_limit_value('offline_days', u.province_id, today) INTO days
            FROM orgs_unit u WHERE u.id = NEW.unit_id;
        IF NEW.since > today OR NEW.since < today - coalesce(days, 0) THEN
            PERFORM reviews_refuse('故障起始日期不能晚于今天，也不能早于 ' || days || ' 天前', 'fault_since');
        END IF;
        NEW.opened_at := ledger_now();
        RETURN NEW;
    END IF;
    IF OLD.closed_at IS NOT NULL THEN
        PERFORM reviews_refuse('已结束的故障公告不可修改', 'fault_closed');
    END IF;
    IF (to_jsonb(NEW) - 'closed_at' - 'closed_by_id' - 'closed_from_id')
       <> (to_jsonb(OLD) - 'closed_at' - 'closed_by_id' - 'closed_from_id') THEN
        PERFORM reviews_refuse('故障公告发布后不可修改，只可结束', 'fault_fixed');
    END IF;
    IF NEW.closed_at IS NOT NULL THEN
        IF NOT reviews_office_over(NEW.closed_by_id, NEW.closed_from_id, NEW.unit_id, today) THEN
            PERFORM reviews_refuse('故障公告由旗县区及以上、覆盖这一范围的主管部门结束（函 一）', 'fault_seat');
        END IF;
        NEW.closed_at := ledger_now();
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION reviews_folded(text)
CREATE FUNCTION public.reviews_folded(words text) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    SELECT regexp_replace(lower(normalize(words, NFKC)),
        '[^0-9a-z\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U000323af]', '', 'g')
$$;

-- FUNCTION reviews_judged_on(timestamp with time zone, timestamp with time zone)
CREATE FUNCTION public.reviews_judged_on(instant timestamp with time zone, expires_at timestamp with time zone) RETURNS date
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$ SELECT (least(instant, expires_at) AT TIME ZONE 'Asia/Shanghai')::date $$;

-- FUNCTION reviews_legal_pair(text, text)
CREATE FUNCTION public.reviews_legal_pair(was text, becomes text) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    WITH stages AS (
        SELECT ARRAY['receiving_school', 'receiving_authority', 'receiving_league', 'receiving_province',
            'sending_school', 'sending_authority', 'graduation_authority', 'sending_league', 'sending_province'] AS s,
            ARRAY['school', 'authority', 'league', 'province', 'ministry'] AS o
    ), at AS (
        SELECT array_position(s, was) AS i, array_position(s, becomes) AS j,
            array_position(o, was) AS k, array_position(o, becomes) AS l FROM stages
    )
    SELECT CASE
        WHEN was = 'draft' THEN becomes IN ('receiving_school', 'school', 'authority', 'withdrawn')
        -- Onward to a later stage; back to an earlier one by a recall; to an end.
        WHEN i IS NOT NULL AND j IS NOT NULL THEN i <> j
        WHEN k IS NOT NULL AND l IS NOT NULL THEN k <> l
        WHEN i = 1 THEN becomes IN ('refused', 'withdrawn', 'expired', 'cleared')
        WHEN i IS NOT NULL THEN becomes IN
            ('correction', 'awaiting_file', 'completed', 'refused', 'withdrawn', 'expired', 'cleared')
        WHEN k = 1 THEN becomes IN ('completed', 'refused', 'withdrawn', 'expired', 'cleared')
        WHEN k IS NOT NULL THEN becomes IN ('correction', 'completed', 'refused', 'withdrawn', 'expired', 'cleared')
        WHEN was = 'correction' THEN coalesce(j > 1, l > 1, becomes IN ('withdrawn', 'expired', 'cleared'))
        WHEN was = 'awaiting_file' THEN becomes IN ('completed', 'lapsed', 'cleared', 'withdrawn')
        ELSE false END
    FROM at
$$;

-- FUNCTION reviews_limit_value(text, bigint, date)
CREATE FUNCTION public.reviews_limit_value(wanted text, province bigint, day date) RETURNS integer
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    SELECT value FROM reviews_limit
    WHERE key = wanted AND (province_id IS NULL OR province_id = province)
      AND valid_from <= day AND (valid_until IS NULL OR valid_until > day)
    ORDER BY province_id NULLS LAST, valid_from DESC LIMIT 1
$$;

-- FUNCTION reviews_mark_late()
CREATE FUNCTION public.reviews_mark_late() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
    judged date;
BEGIN
    SELECT reviews_judged_on(ledger_now(), c.expires_at) INTO judged FROM reviews_case c WHERE c.id = NEW.case_id;
    IF NEW.due_on < judged AND NEW.stage <> 'awaiting_file' THEN
        NEW.overdue_at := coalesce(NEW.overdue_at, ledger_now());
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION reviews_mark_wall()
CREATE FUNCTION public.reviews_mark_wall() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM reviews_step WHERE id = NEW.step_id AND case_id = NEW.case_id) THEN
        PERFORM reviews_refuse('标记须属于本业务的环节', 'mark_of_step');
    END IF;
    NEW.at := ledger_now();
    RETURN NEW;
END $$;

-- FUNCTION reviews_names_at_end()
CREATE FUNCTION public.reviews_names_at_end() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    NEW.names := orgs_names_of(to_jsonb(NEW), TG_ARGV);
    RETURN NEW;
END $$;

-- FUNCTION reviews_nation_keeps()
CREATE FUNCTION public.reviews_nation_keeps() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF OLD.province_id IS NULL AND (TG_OP = 'DELETE' OR to_jsonb(NEW) <> to_jsonb(OLD)) THEN
        PERFORM reviews_refuse('全国的条文用语只能由程序更新，不能删去、缩小或停用；本省（自治区）的用语请另加一行（附件1 三.4）',
                               'nation_keeps');
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;

-- FUNCTION reviews_no_delete()
CREATE FUNCTION public.reviews_no_delete() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    PERFORM reviews_refuse(TG_TABLE_NAME || ' 的记录不可删除', 'no_delete');
    RETURN NULL;
END $$;

-- FUNCTION reviews_office_over(bigint, bigint, bigint, date)
CREATE FUNCTION public.reviews_office_over(account bigint, office bigint, unit bigint, day date) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    SELECT EXISTS (
        SELECT FROM orgs_unit o JOIN orgs_unit u ON u.id = unit
        WHERE o.id = office AND o.level <> 'school' AND starts_with(u.path, o.path)
          AND (orgs_seat_held(account, office, 'registrar', day) OR orgs_seat_held(account, office, 'head', day)))
$$;

-- FUNCTION reviews_overdue_stamp()
CREATE FUNCTION public.reviews_overdue_stamp() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    NEW.recorded_at := ledger_now();
    RETURN NEW;
END $$;

-- FUNCTION reviews_reason_wall()
CREATE FUNCTION public.reviews_reason_wall() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
    hit text;
BEGIN
    SELECT text INTO hit FROM reviews_forbiddenphrase
    WHERE concepts = '{}' AND (kinds = '{}' OR kinds && NEW.kinds) AND (stages = '{}' OR stages && NEW.stages)
      AND (province_id IS NULL OR NEW.province_id IS NULL OR province_id = NEW.province_id)
      AND (valid_until IS NULL OR valid_until > NEW.valid_from)
      AND (NEW.valid_until IS NULL OR NEW.valid_until > valid_from)
      AND reviews_folded(text) <> '' AND position(reviews_folded(text) IN reviews_folded(NEW.text)) > 0
    ORDER BY id LIMIT 1;
    IF hit IS NOT NULL THEN
        PERFORM reviews_refuse('“' || hit || '”不得作为理由（附件1 三.1、三.4）', 'reason_forbidden_ground');
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION reviews_record_late()
CREATE FUNCTION public.reviews_record_late() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    INSERT INTO reviews_overduerecord (step_id, case_id, unit_id, stage, due_on, bulletin_due_on)
    SELECT NEW.id, NEW.case_id, NEW.unit_id, NEW.stage, NEW.due_on, NEW.bulletin_due_on FROM reviews_case c
    WHERE c.id = NEW.case_id AND NEW.bulletin_due_on < reviews_judged_on(NEW.closed_at, c.expires_at)
      AND NOT EXISTS (SELECT 1 FROM reviews_overduerecord WHERE step_id = NEW.id)
      AND NOT reviews_turn_recorded(NEW.id)
    ON CONFLICT (step_id) DO NOTHING;
    RETURN NULL;
END $$;

-- FUNCTION reviews_refuse(text, text)
CREATE FUNCTION public.reviews_refuse(sentence text, wall text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    RAISE EXCEPTION '%', sentence USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = wall;
END $$;

-- FUNCTION reviews_roles_of(text)
CREATE FUNCTION public.reviews_roles_of(verb text) RETURNS text[]
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    SELECT CASE
        WHEN verb IN ('submit', 'handle', 'report', 'no_show', 'request_file') THEN ARRAY['registrar']
        WHEN verb IN ('sign', 'return_to_registrar', 'recall') THEN ARRAY['head']
        WHEN verb IN ('withdraw', 'nudge', 'message') THEN ARRAY['registrar', 'head']
        ELSE '{}' END
$$;

-- FUNCTION reviews_route_wall()
CREATE FUNCTION public.reviews_route_wall() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM reviews_case WHERE route_id = OLD.id)
       AND (to_jsonb(NEW) - 'valid_until' - 'source') <> (to_jsonb(OLD) - 'valid_until' - 'source') THEN
        PERFORM reviews_refuse('已有业务使用的流程不可修改，请停用后另建', 'route_in_use');
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION reviews_ruling_one_unit()
CREATE FUNCTION public.reviews_ruling_one_unit() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
    who bigint := (SELECT person_id FROM orgs_account WHERE id = NEW.decider_id);
BEGIN
    IF reviews_acted_elsewhere(NEW.case_id, who, NEW.upper_id) IS NOT NULL THEN
        PERFORM reviews_refuse('一人在一件业务中只能代表一个单位办理，须由另一人裁定（附件1 三.1）', 'ruling_one_unit');
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION reviews_stages_wall()
CREATE FUNCTION public.reviews_stages_wall() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF NOT NEW.stages <@ (SELECT r.stages FROM reviews_route r WHERE r.id = NEW.route_id)
       OR coalesce(array_length(array_remove(NEW.stages, 'awaiting_file'), 1), 0) = 0 THEN
        PERFORM reviews_refuse('业务的环节须来自其流程（附件1 三.1）', 'case_stages');
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION reviews_step_insert_wall()
CREATE FUNCTION public.reviews_step_insert_wall() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
    before reviews_step;
BEGIN
    NEW.opened_at := ledger_now();
    SELECT * INTO before FROM reviews_step WHERE case_id = NEW.case_id AND seq = NEW.seq - 1;
    IF before.outcome = 'taken_over' AND (NEW.stage <> before.stage OR NEW.due_on <> before.due_on
            OR NEW.asked_by_id IS DISTINCT FROM before.asked_by_id OR NEW.unit_id IS DISTINCT FROM orgs_standing(
                before.unit_id, (ledger_now() AT TIME ZONE 'Asia/Shanghai')::date)) THEN
        PERFORM reviews_refuse('接办的环节须由承接单位按原时限继续', 'step_successor');
    END IF;
    IF NEW.signer_id IS NOT NULL OR NEW.outcome <> '' THEN
        PERFORM reviews_refuse('环节不能带着核办结论开始', 'step_opens_undecided');
    END IF;
    IF NEW.recall_of_id IS NOT NULL THEN
        SELECT * INTO before FROM reviews_step WHERE id = NEW.recall_of_id;
        IF before.case_id <> NEW.case_id OR before.unit_id <> NEW.unit_id OR before.closed_at IS NULL
           OR NEW.handler_id IS DISTINCT FROM before.handler_id OR NEW.handle_opinion <> before.handle_opinion
           OR NEW.proposal <> before.proposal THEN
            PERFORM reviews_refuse('撤回后的环节须原样承接原办理意见', 'step_recall');
        END IF;
        NEW.handler_person_id := before.handler_person_id;
        NEW.handled_at := before.handled_at;
    ELSIF NEW.handler_id IS NOT NULL THEN
        IF NEW.stage NOT IN ('receiving_school', 'school', 'authority') OR NEW.seq <> 1 THEN
            PERFORM reviews_refuse('只有发起环节可以随发起一并办理', 'step_opens_undecided');
        END IF;
        NEW.handled_at := ledger_now();
        SELECT person_id INTO NEW.handler_person_id FROM orgs_account WHERE id = NEW.handler_id;
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION reviews_step_one_unit()
CREATE FUNCTION public.reviews_step_one_unit() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF EXISTS (
        SELECT FROM orgs_account a WHERE a.id IN (NEW.handler_id, NEW.signer_id)
          AND reviews_acted_elsewhere(NEW.case_id, a.person_id, NEW.unit_id) IS NOT NULL) THEN
        PERFORM reviews_refuse('一人在一件业务中只能代表一个单位办理（附件1 三.1）', 'step_one_unit');
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION reviews_step_recorded()
CREATE FUNCTION public.reviews_step_recorded() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF NEW.signer_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM reviews_act a WHERE a.step_id = NEW.id AND a.verb = 'sign' AND a.account_id = NEW.signer_id)
       OR NEW.signer_id IS NULL AND NEW.recall_of_id IS NULL AND NOT EXISTS (
            SELECT FROM reviews_act a WHERE a.step_id = NEW.id AND a.verb IN ('submit', 'handle')
              AND a.account_id = NEW.handler_id) THEN
        PERFORM reviews_refuse('办理、核办须同时写入办理记录', 'step_on_record');
    END IF;
    RETURN NULL;
END $$;

-- FUNCTION reviews_step_resumes()
CREATE FUNCTION public.reviews_step_resumes() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
    before reviews_step;
    asked bigint;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NEW.resumes_id IS DISTINCT FROM OLD.resumes_id THEN
            PERFORM reviews_refuse('环节接续的计时不可修改', 'step_resumes');
        END IF;
        RETURN NEW;
    END IF;
    SELECT * INTO before FROM reviews_step WHERE case_id = NEW.case_id AND seq = NEW.seq - 1;
    IF before.outcome IN ('taken_over', 'recalled') THEN
        -- The same turn in other hands, or once more: it keeps what it went on with.
        asked := (SELECT resumes_id FROM reviews_step WHERE id = coalesce(NEW.recall_of_id, before.id));
    ELSIF before.stage = 'correction' AND NEW.stage <> 'correction' THEN
        asked := before.asked_by_id;
    END IF;
    IF NEW.resumes_id IS DISTINCT FROM asked THEN
        PERFORM reviews_refuse('补正后送回的环节须接着原来的计时（附件1 三.7）', 'step_resumes');
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION reviews_step_seat()
CREATE FUNCTION public.reviews_step_seat() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
    handled boolean := NEW.handler_id IS NOT NULL AND NEW.recall_of_id IS NULL;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        handled := NEW.handler_id IS NOT NULL AND (NEW.handler_id IS DISTINCT FROM OLD.handler_id
            OR NEW.handle_opinion <> OLD.handle_opinion OR NEW.proposal <> OLD.proposal);
        IF NEW.signer_id IS NOT NULL AND OLD.closed_at IS NULL
           AND NOT orgs_seat_held(NEW.signer_id, NEW.unit_id, 'head', reviews_today()) THEN
            PERFORM reviews_refuse('核办须由轮到的单位今天在岗的负责人作出（附件1 三.1）', 'step_signer_seat');
        END IF;
        IF OLD.closed_at IS NOT NULL THEN
            RETURN NEW;
        END IF;
    END IF;
    IF handled AND NOT orgs_seat_held(NEW.handler_id, NEW.unit_id, 'registrar', reviews_today()) THEN
        PERFORM reviews_refuse('办理须由轮到的单位今天在岗的学籍管理员作出（附件1 三.1）', 'step_handler_seat');
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION reviews_step_wall()
CREATE FUNCTION public.reviews_step_wall() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
    today date := (ledger_now() AT TIME ZONE 'Asia/Shanghai')::date;
BEGIN
    IF OLD.closed_at IS NOT NULL THEN
        -- A mark that the limit passed may come after the decision, for a sweep that ran late; nothing else may.
        IF (to_jsonb(NEW) - 'overdue_at') <> (to_jsonb(OLD) - 'overdue_at') OR OLD.overdue_at IS NOT NULL THEN
            PERFORM reviews_refuse('已办结的环节不可修改', 'step_decided');
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.case_id <> OLD.case_id OR NEW.unit_id <> OLD.unit_id OR NEW.stage <> OLD.stage
       OR NEW.opened_at <> OLD.opened_at OR NEW.seq <> OLD.seq THEN
        PERFORM reviews_refuse('环节的归属和到达时间不可修改', 'step_identity');
    END IF;
    IF NEW.handler_id IS DISTINCT FROM OLD.handler_id OR NEW.handle_opinion <> OLD.handle_opinion
       OR NEW.proposal <> OLD.proposal THEN
        IF NEW.handler_id IS NULL THEN
            NEW.handled_at := NULL;
            NEW.handler_person_id := NULL;
        ELSE
            NEW.handled_at := ledger_now();
            SELECT person_id INTO NEW.handler_person_id FROM orgs_account WHERE id = NEW.handler_id;
        END IF;
    ELSIF NEW.handled_at IS DISTINCT FROM OLD.handled_at
          OR NEW.handler_person_id IS DISTINCT FROM OLD.handler_person_id THEN
        PERFORM reviews_refuse('办理时间和办理人由数据库记录', 'step_times');
    END IF;
    IF NEW.signer_id IS NOT NULL THEN
        IF OLD.handler_id IS NULL THEN
            PERFORM reviews_refuse('须先办理、后核办', 'step_order');
        END IF;
        NEW.signed_at := ledger_now();
        SELECT person_id INTO NEW.signer_person_id FROM orgs_account WHERE id = NEW.signer_id;
    ELSIF NEW.signed_at IS NOT NULL OR NEW.signer_person_id IS NOT NULL THEN
        PERFORM reviews_refuse('核办时间和核办人由数据库记录', 'step_times');
    END IF;
    -- R3.1b: only a unit that no longer stands gives its step away, to the one that stands for it.
    IF NEW.outcome = 'taken_over' AND coalesce(orgs_standing(NEW.unit_id, today), NEW.unit_id) = NEW.unit_id THEN
        PERFORM reviews_refuse('单位没有撤并，环节不能由他人接办', 'step_successor');
    END IF;
    IF NEW.outcome <> '' THEN
        NEW.closed_at := ledger_now();
    ELSIF NEW.closed_at IS NOT NULL THEN
        PERFORM reviews_refuse('环节的结束时间由数据库记录', 'step_times');
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION reviews_today()
CREATE FUNCTION public.reviews_today() RETURNS date
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$ SELECT (ledger_now() AT TIME ZONE 'Asia/Shanghai')::date $$;

-- FUNCTION reviews_turn_before(bigint)
CREATE FUNCTION public.reviews_turn_before(step bigint) RETURNS TABLE(opened_at timestamp with time zone, closed_at timestamp with time zone, bulletin_due_on date)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    WITH RECURSIVE turn AS (
        SELECT s.id, s.recall_of_id, s.resumes_id FROM reviews_step s WHERE s.id = step AND s.resumes_id IS NOT NULL
        UNION
        SELECT s.id, s.recall_of_id, s.resumes_id FROM turn
            JOIN reviews_step s ON s.id IN (turn.recall_of_id, turn.resumes_id)
    )
    SELECT s.opened_at, s.closed_at, s.bulletin_due_on FROM turn JOIN reviews_step s USING (id) WHERE s.id <> step
$$;

-- FUNCTION reviews_turn_recorded(bigint)
CREATE FUNCTION public.reviews_turn_recorded(step bigint) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    WITH RECURSIVE turn AS (
        SELECT id, recall_of_id, resumes_id FROM reviews_step WHERE id = step
        UNION
        SELECT s.id, s.recall_of_id, s.resumes_id FROM turn
            JOIN reviews_step s ON s.id IN (turn.recall_of_id, turn.resumes_id)
    )
    SELECT EXISTS (SELECT 1 FROM turn JOIN reviews_overduerecord r ON r.step_id = turn.id)
$$;

-- FUNCTION reviews_year(text, bigint, date)
CREATE FUNCTION public.reviews_year(wanted text, of_province bigint, day date) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    SELECT value FROM reviews_yearrow
    WHERE key = wanted AND valid_from <= day AND (valid_until IS NULL OR valid_until > day)
      AND (province_id IS NULL OR province_id = of_province)
    ORDER BY province_id IS NOT NULL DESC, valid_from DESC LIMIT 1
$$;

-- FUNCTION students_bulletin_line_wall()
CREATE FUNCTION public.students_bulletin_line_wall() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
    head students_bulletin;
BEGIN
    SELECT * INTO head FROM students_bulletin WHERE id = OLD.bulletin_id;
    IF head.state = 'published' THEN
        PERFORM students_refuse('已发布的月度通报不可更改（三.7）', 'bulletin_frozen');
    END IF;
    IF head.recounted_in IS NOT DISTINCT FROM txid_current()
        AND (TG_OP = 'DELETE' OR (NEW.bulletin_id, NEW.unit_id) = (OLD.bulletin_id, OLD.unit_id)) THEN
        RETURN COALESCE(NEW, OLD);
    END IF;
    IF TG_OP = 'DELETE' THEN
        PERFORM students_refuse('月度通报不可删除（三.7）', 'no_delete');
    END IF;
    IF (NEW.bulletin_id, NEW.unit_id, NEW.level, NEW.place, NEW.figures)
        IS DISTINCT FROM (OLD.bulletin_id, OLD.unit_id, OLD.level, OLD.place, OLD.figures) THEN
        PERFORM students_refuse('月度通报的数据不可更改，可以写说明（三.7）', 'bulletin_figures');
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION students_bulletin_order()
CREATE FUNCTION public.students_bulletin_order() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'replies' THEN
            PERFORM students_refuse('月度通报从征求说明开始（三.7）', 'bulletin_starts_with_replies');
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.state = 'published' AND (OLD.state <> 'proposed'
        OR (NEW.proposed_by_id, NEW.proposed_at) IS DISTINCT FROM (OLD.proposed_by_id, OLD.proposed_at)) THEN
        PERFORM students_refuse('月度通报先由学籍管理员拟发，再由负责人发布（三.1）', 'bulletin_proposed_first');
    END IF;
    IF NEW.state = 'proposed' AND OLD.state <> 'proposed' THEN
        NEW.proposed_at := ledger_now();
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION students_bulletin_wall()
CREATE FUNCTION public.students_bulletin_wall() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM students_refuse('月度通报不可删除（三.7）', 'no_delete');
    END IF;
    IF OLD.state = 'published' THEN
        PERFORM students_refuse('已发布的月度通报不可更改（三.7）', 'bulletin_frozen');
    END IF;
    IF (NEW.number, NEW.province_id, NEW.month) IS DISTINCT FROM (OLD.number, OLD.province_id, OLD.month) THEN
        PERFORM students_refuse('月度通报的编号、省份和月份不可更改（三.7）', 'bulletin_inputs');
    END IF;
    IF (NEW.inputs, NEW.digest, NEW.reply_until) IS DISTINCT FROM (OLD.inputs, OLD.digest, OLD.reply_until) THEN
        IF NEW.state <> 'replies' OR NEW.recounted_by_id IS NULL OR length(NEW.recount_reason) < 5
            OR NEW.reply_until < OLD.reply_until OR NEW.recounts <> OLD.recounts + 1 THEN
            PERFORM students_refuse('月度通报的原始数据不可更改，发布前可以由负责人写明原因后重新统计（三.7）', 'bulletin_inputs');
        END IF;
        -- The lines may change in this transaction alone.
        NEW.recounted_in := txid_current();
    ELSIF (NEW.recounts, NEW.recounted_in, NEW.recounted_by_id, NEW.recount_reason)
        IS DISTINCT FROM (OLD.recounts, OLD.recounted_in, OLD.recounted_by_id, OLD.recount_reason) THEN
        PERFORM students_refuse('月度通报没有重新统计（三.7）', 'bulletin_inputs');
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION students_change_stamp()
CREATE FUNCTION public.students_change_stamp() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    NEW.at := ledger_now();
    RETURN NEW;
END $$;

-- FUNCTION students_change_wall()
CREATE FUNCTION public.students_change_wall() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM students_refuse('学籍异动记录不可删除', 'no_delete');
    END IF;
    IF NEW.case_id <> OLD.case_id OR NEW.student_id <> OLD.student_id THEN
        PERFORM students_refuse('学籍异动的业务和学生不可修改', 'change_fixed');
    END IF;
    IF (to_jsonb(NEW) - 'reminded') <> (to_jsonb(OLD) - 'reminded')
       AND EXISTS (SELECT FROM reviews_case WHERE id = OLD.case_id AND closed_at IS NOT NULL) THEN
        PERFORM students_refuse('已办结的学籍异动不可修改', 'change_closed');
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION students_class_wall()
CREATE FUNCTION public.students_class_wall() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF EXISTS (SELECT FROM students_student s WHERE s.school_class_id = OLD.id AND students_living(s.status)
               AND (s.school_id, s.phase, s.cohort) IS DISTINCT FROM (NEW.school_id, NEW.phase, NEW.cohort)) THEN
        PERFORM students_refuse('班级里有学生，不能改变班级的学校、学段和入学年', 'class_fixed');
    END IF;
    RETURN NULL;
END $$;

-- FUNCTION students_closing_done()
CREATE FUNCTION public.students_closing_done() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF EXISTS (SELECT FROM students_enrolment WHERE school_id = OLD.id AND left_by = '学校撤并') THEN
        PERFORM orgs_refuse('学生已由承接学校接收，撤销日期和承接单位不能再改；学生需要去别的学校的，按转学办理（附件1 三.1）',
            'unit_taken_over');
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION students_cohort_bound()
CREATE FUNCTION public.students_cohort_bound() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF NOT students_decided_now(NEW.id) THEN
        PERFORM students_refuse('学生的入学年（年级）只能由已办结的业务更改（三.5、四.2）', 'cohort_without_case');
    END IF;
    RETURN NULL;
END $$;

-- FUNCTION students_completion_wall()
CREATE FUNCTION public.students_completion_wall() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF NEW.status = 'completed' AND EXISTS (
            SELECT FROM students_graduationline l JOIN students_graduationrun r ON r.id = l.run_id
            JOIN orgs_unit u ON u.id = r.school_id
            WHERE l.student_id = NEW.id AND l.leaving = 'completed' AND r.state = 'ready' AND NEW.phase = ANY (string_to_array(
                reviews_year('completion_phases', u.province_id, (r.prepared_at AT TIME ZONE 'Asia/Shanghai')::date), ','))) THEN
        RETURN NEW;
    END IF;
    PERFORM students_refuse('结业、肄业只用于高中（三.5）', 'student_completion_senior');
    RETURN NULL;
END $$;

-- FUNCTION students_contact_wall()
CREATE FUNCTION public.students_contact_wall() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF EXISTS (SELECT FROM students_statuschange s JOIN reviews_case c ON c.id = s.case_id
               WHERE s.id = coalesce(NEW.change_id, OLD.change_id) AND c.closed_at IS NOT NULL) THEN
        PERFORM students_refuse('已办结业务的联系记录不可修改', 'change_closed');
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;

-- FUNCTION students_correction_wall()
CREATE FUNCTION public.students_correction_wall() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM students_refuse('毕业更正的内容不可修改（四.3）', 'correction_fixed');
    END IF;
    IF NEW.graduated_on > orgs_today() OR NEW.what = 'completion' AND NOT EXISTS (
            SELECT FROM students_student s WHERE s.id = NEW.student_id AND s.status = 'completed'
              AND (s.phase, s.graduated_on) = (NEW.phase, NEW.graduated_on)) THEN
        PERFORM students_refuse('结业更正须照学籍上的状态、学段和日期提出（四.3）', 'correction_day');
    END IF;
    IF NEW.what = 'unrecorded' AND NEW.graduated_on > (
            SELECT (min(lower(e.period)) AT TIME ZONE 'Asia/Shanghai')::date FROM students_enrolment e
            JOIN students_student s ON s.id = e.student_id AND s.phase = e.phase WHERE s.id = NEW.student_id) THEN
        PERFORM students_refuse('毕业日期不能晚于学生进入现学段之日（四.3）', 'correction_before_phase');
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION students_crosses(bigint, text)
CREATE FUNCTION public.students_crosses(pupil bigint, of_case text) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    SELECT EXISTS (
        SELECT FROM reviews_case c JOIN orgs_unit u ON u.id = c.receiving_unit_id
        WHERE c.subject = 'student:' || pupil AND c.submitted_at IS NOT NULL
          AND c.kind IN ('in_province_transfer', 'cross_province_transfer') AND (c.closed_at IS NULL OR c.number = of_case)
          AND reviews_year('changed_grade_within_phase', u.province_id,
                           (c.submitted_at AT TIME ZONE 'Asia/Shanghai')::date) = 'off')
$$;

-- FUNCTION students_decided_now(bigint)
CREATE FUNCTION public.students_decided_now(pupil bigint) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    SELECT EXISTS (SELECT FROM reviews_case c WHERE c.subject = 'student:' || pupil AND c.state = 'completed'
                   AND c.kind <> 'key_information' AND ledger_written_now(c.xmin))
        OR EXISTS (SELECT FROM students_recruitedpupil r JOIN reviews_case c ON c.id = r.case_id
                   WHERE r.student_id = pupil AND r.state = 'reported' AND c.state = 'completed' AND ledger_written_now(r.xmin))
$$;

-- FUNCTION students_dropout_wall()
CREATE FUNCTION public.students_dropout_wall() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM students_refuse('辍学标识不可删除（五.2）', 'no_delete');
    END IF;
    IF (NEW.student_id, NEW.school_id, NEW.grade, NEW.last_seen_on, NEW.reason, NEW.efforts, NEW.marked_by_id)
        IS DISTINCT FROM
       (OLD.student_id, OLD.school_id, OLD.grade, OLD.last_seen_on, OLD.reason, OLD.efforts, OLD.marked_by_id) THEN
        PERFORM students_refuse('辍学标识的内容不可修改，请撤销后重新填报（五.2）', 'dropout_fixed');
    END IF;
    IF NEW.state <> OLD.state AND NOT (CASE OLD.state
        WHEN 'marked' THEN NEW.state IN ('signed', 'ended', 'dropped', 'renewed')
        WHEN 'signed' THEN NEW.state IN ('sent', 'ended', 'renewed')
        WHEN 'sent' THEN NEW.state IN ('ended', 'renewed')
        ELSE false END) THEN
        PERFORM students_refuse('辍学标识不能从“' || OLD.state || '”变为“' || NEW.state || '”（五.2）', 'dropout_state');
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION students_enrolment_bound()
CREATE FUNCTION public.students_enrolment_bound() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
    before students_enrolment;
BEGIN
    SELECT * INTO before FROM students_enrolment e
        WHERE e.student_id = NEW.student_id AND e.id <> NEW.id AND lower(e.period) <= lower(NEW.period)
        ORDER BY lower(e.period) DESC LIMIT 1;
    IF before.id IS NULL AND EXISTS (SELECT FROM students_enrolment e WHERE e.student_id = NEW.student_id AND e.id <> NEW.id) THEN
        PERFORM students_refuse('在籍经历不可在已有的之前补写（附件1 三）', 'enrolment_back_dated');
    END IF;
    IF before.id IS NOT NULL AND NOT students_moved_by(NEW.student_id, NEW.case_number, NEW.school_id)
       AND NOT (NEW.case_number IN ('', before.case_number) AND orgs_succeeded(before.school_id, NEW.school_id)) THEN
        PERFORM students_refuse('学籍只能由已办结的业务转入这所学校（附件1 三）', 'enrolment_without_case');
    END IF;
    RETURN NULL;
END $$;

-- FUNCTION students_enrolment_phase()
CREATE FUNCTION public.students_enrolment_phase() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
    before students_enrolment;
    now_in text;
BEGIN
    SELECT * INTO before FROM students_enrolment WHERE student_id = NEW.student_id AND upper(period) <= lower(NEW.period)
        ORDER BY upper(period) DESC LIMIT 1;
    IF before.id IS NOT NULL AND students_phase_rank(NEW.phase) > students_phase_rank(before.phase)
       AND before.left_by NOT IN ('毕业', '招生', '毕业后跨省就学', '直升') AND NEW.grade_in <> 6
       AND NOT (NEW.phase = 'junior' AND students_crosses(NEW.student_id, before.left_case_number)) THEN
        PERFORM students_refuse('没有毕业的学籍不能接续到高一学段（四.3）', 'enrolment_phase_order');
    END IF;
    IF upper_inf(NEW.period) THEN
        SELECT phase INTO now_in FROM students_student WHERE id = NEW.student_id;
        IF now_in <> NEW.phase AND EXISTS (SELECT FROM students_enrolment WHERE id = NEW.id AND upper_inf(period)) THEN
            PERFORM students_refuse('在籍记录的学段须与学生一致（三.5）', 'enrolment_phase_fits');
        END IF;
    END IF;
    RETURN NULL;
END $$;

-- FUNCTION students_enrolment_wall()
CREATE FUNCTION public.students_enrolment_wall() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF NEW.student_id <> OLD.student_id OR NEW.school_id <> OLD.school_id
       OR lower(NEW.period) <> lower(OLD.period) THEN
        PERFORM students_refuse('学籍的归属和起始日期不可修改', 'enrolment_fixed');
    END IF;
    IF NOT upper_inf(OLD.period) THEN
        PERFORM students_refuse('已转出的学籍存档不可修改', 'enrolment_archived');
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION students_g_successor()
CREATE FUNCTION public.students_g_successor() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF NEW.kind = 'G' AND NEW.closed_at IS NOT NULL
        AND NOT EXISTS (SELECT FROM students_registrationnumber
                        WHERE student_id = NEW.student_id AND kind = 'G' AND closed_at IS NULL)
        AND NOT EXISTS (SELECT FROM students_recordremoval WHERE student_id = NEW.student_id) THEN
        PERFORM students_refuse('“G”字头学籍号不可停用而无接续（一.2）', 'number_g_successor');
    END IF;
    RETURN NULL;
END $$;

-- FUNCTION students_grade(integer, text, integer, date)
CREATE FUNCTION public.students_grade(cohort integer, phase text, last_primary integer, day date) RETURNS integer
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    SELECT least(greatest(extract(year FROM day - interval '7 months 10 days')::int - cohort + 1,
        CASE phase WHEN 'primary' THEN 1 WHEN 'junior' THEN last_primary + 1 ELSE 10 END),
        CASE phase WHEN 'primary' THEN last_primary WHEN 'junior' THEN 9 ELSE 12 END)
$$;

-- FUNCTION students_grade_at(integer, text, bigint, date)
CREATE FUNCTION public.students_grade_at(cohort integer, phase text, school bigint, day date) RETURNS integer
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    SELECT students_grade(cohort, phase, CASE
        WHEN phase = 'primary' AND extract(year FROM day - interval '7 months 10 days')::int - cohort + 1 < 6 THEN 6
        WHEN phase = 'junior' AND extract(year FROM day - interval '7 months 10 days')::int - cohort + 1 > 6 THEN 6
        WHEN phase = 'senior' THEN 6
        ELSE orgs_last_primary(school, day, cohort) END, day)
$$;

-- FUNCTION students_graduate_listed()
CREATE FUNCTION public.students_graduate_listed() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF EXISTS (SELECT FROM students_recruitedpupil
               WHERE student_id = NEW.id AND state IN ('listed', 'sent', 'admitted')) THEN
        PERFORM students_refuse('该生在招生名册中，须先登记报到、未报到或移出名册（四.3）', 'graduate_listed');
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION students_graduated_bound()
CREATE FUNCTION public.students_graduated_bound() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF OLD.status = 'completed' AND NEW.phase = 'senior' THEN
        PERFORM students_refuse('高中的结业不能更正为毕业（三.5）', 'student_completion_kept');
    END IF;
    IF NOT EXISTS (SELECT FROM reviews_case c WHERE c.subject = 'student:' || NEW.id AND c.state = 'completed'
            AND c.kind = CASE OLD.status WHEN 'completed' THEN 'graduation_correction' ELSE 'recruitment_rollback' END
            AND ledger_written_now(c.xmin)) THEN
        PERFORM students_refuse('改为毕业须经毕业名单、招生回退或结业更正（四.3）', 'graduated_without_case');
    END IF;
    RETURN NULL;
END $$;

-- FUNCTION students_graduated_day()
CREATE FUNCTION public.students_graduated_day() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
    pupil students_student;
    signed date;
BEGIN
    SELECT * INTO pupil FROM students_student WHERE id = NEW.id;
    SELECT r.day INTO signed FROM students_graduationline l JOIN students_graduationrun r ON r.id = l.run_id
        WHERE l.student_id = pupil.id AND l.leaving <> 'left_out' AND r.state = 'done' AND NOT EXISTS (
            SELECT FROM students_takenback t JOIN reviews_case c ON c.id = t.case_id
            WHERE t.line_id = l.id AND c.state = 'completed')
        ORDER BY r.signed_at DESC, r.id DESC LIMIT 1;
    IF pupil.status IN ('graduated', 'completed', 'incomplete') AND signed IS NOT NULL
       AND pupil.graduated_on IS DISTINCT FROM signed THEN
        PERFORM students_refuse('毕业日期须为毕业名单核办之日（四.3）', 'graduated_on_signed');
    END IF;
    RETURN NULL;
END $$;

-- FUNCTION students_graduation_day()
CREATE FUNCTION public.students_graduation_day() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF NEW.day <> (NEW.signed_at AT TIME ZONE 'Asia/Shanghai')::date THEN
        PERFORM students_refuse('毕业日期须为核办当日（四.3）', 'graduation_day');
    END IF;
    IF EXISTS (SELECT FROM orgs_unit WHERE id = NEW.school_id AND closed_on <= NEW.day) THEN
        PERFORM students_refuse('学校已撤销，毕业名单由承接学校核办（四.3）', 'graduation_school_closed');
    END IF;
    IF EXISTS (SELECT FROM students_graduationline WHERE run_id = NEW.id AND certificate_on > NEW.day) THEN
        PERFORM students_refuse('证书日期不能晚于核办当日（三.5）', 'graduation_certificate');
    END IF;
    RETURN NULL;
END $$;

-- FUNCTION students_graduation_line_wall()
CREATE FUNCTION public.students_graduation_line_wall() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF EXISTS (SELECT FROM students_graduationrun WHERE id = coalesce(NEW.run_id, OLD.run_id) AND state <> 'ready') THEN
        PERFORM students_refuse('已核办或放弃的毕业名单不可修改', 'graduation_closed');
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;

-- FUNCTION students_graduation_wall()
CREATE FUNCTION public.students_graduation_wall() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.prepared_at := ledger_now();
        RETURN NEW;
    END IF;
    IF OLD.state <> 'ready' THEN
        PERFORM students_refuse('已核办或放弃的毕业办理不可修改', 'graduation_closed');
    END IF;
    IF (NEW.school_id, NEW.phase, NEW.grade, NEW.cohort, NEW.occasion, NEW.prepared_by_id, NEW.prepared_at)
        IS DISTINCT FROM (OLD.school_id, OLD.phase, OLD.grade, OLD.cohort, OLD.occasion, OLD.prepared_by_id, OLD.prepared_at) THEN
        PERFORM students_refuse('毕业办理的学校、学段、年级、届、类别和准备人、准备时间不可修改', 'graduation_fixed');
    END IF;
    IF NEW.signed_by_id IS NOT NULL THEN
        NEW.signed_at := ledger_now();
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION students_import_wall()
CREATE FUNCTION public.students_import_wall() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
    -- The rows given back lie there for some days, then they go.
    passing CONSTANT text[] := ARRAY['returned', 'returned_sha256'];
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM students_refuse('导入记录不可删除', 'no_delete');
    END IF;
    IF OLD.state IN ('done', 'dropped')
       AND (NEW.returned IS NOT NULL OR to_jsonb(NEW) - passing <> to_jsonb(OLD) - passing) THEN
        PERFORM students_refuse('已结束的导入不可修改', 'import_fixed');
    END IF;
    IF OLD.state = 'faulty' AND NEW.state NOT IN ('faulty', 'writing', 'dropped') THEN
        PERFORM students_refuse('已结束的导入不可修改', 'import_fixed');
    END IF;
    IF OLD.confirmed_at IS NOT NULL
       AND (NEW.chosen, NEW.to_write, NEW.left_over, NEW.answers, NEW.confirmed_at)
           IS DISTINCT FROM (OLD.chosen, OLD.to_write, OLD.left_over, OLD.answers, OLD.confirmed_at) THEN
        PERFORM students_refuse('确认以后，要写入和退回的行不可更改', 'import_chosen');
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION students_issuing_wall()
CREATE FUNCTION public.students_issuing_wall() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    PERFORM students_refuse('下发结果不可修改', 'issuing_fixed');
    RETURN NULL;
END $$;

-- FUNCTION students_last_primary_without(bigint, bigint, date, integer)
CREATE FUNCTION public.students_last_primary_without(school bigint, aside bigint, day date, cohort integer) RETURNS integer
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    SELECT p.last_primary FROM orgs_schoolsystemperiod p
    WHERE p.school_id = school AND p.id IS DISTINCT FROM aside
    ORDER BY coalesce(p.from_cohort > students_last_primary_without.cohort, false), p.valid_from > day,
        abs(p.valid_from - day) LIMIT 1
$$;

-- FUNCTION students_late_answered()
CREATE FUNCTION public.students_late_answered() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM students_monthlycheck WHERE id = NEW.month_id AND state = 'sent') THEN
        PERFORM students_refuse('月末名单须由省级收表、负责人上报后才能查重（附件1 二）', 'late_unsent');
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION students_late_list_ended()
CREATE FUNCTION public.students_late_list_ended() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    UPDATE students_latechild SET state = 'returned' WHERE case_id = NEW.id AND state = 'sent';
    RETURN NULL;
END $$;

-- FUNCTION students_late_wall()
CREATE FUNCTION public.students_late_wall() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM students_refuse('补建学籍的记录不可删除（附件1 二）', 'no_delete');
    END IF;
    IF (NEW.school_id, NEW.name, NEW.birth_date, NEW.phase, NEW.grade, NEW.cohort, NEW.said_sealed, NEW.id_number_index)
        IS DISTINCT FROM (OLD.school_id, OLD.name, OLD.birth_date, OLD.phase, OLD.grade, OLD.cohort, OLD.said_sealed,
                          OLD.id_number_index) THEN
        PERFORM students_refuse('补建名单登记的内容不可修改，请删去后重新登记（附件1 二）', 'late_fixed');
    END IF;
    IF NEW.state <> OLD.state AND NOT (CASE OLD.state
        WHEN 'listed' THEN NEW.state IN ('sent', 'dropped')
        WHEN 'sent' THEN NEW.state IN ('collected', 'returned', 'dropped')
        WHEN 'returned' THEN NEW.state = 'listed'
        WHEN 'collected' THEN NEW.state IN ('created', 'refused', 'returned')
        ELSE false END) THEN
        PERFORM students_refuse('补建记录不能从“' || OLD.state || '”变为“' || NEW.state || '”（附件1 二）', 'late_state');
    END IF;
    IF NEW.state = 'collected' AND OLD.state = 'sent'
        AND NOT EXISTS (SELECT FROM reviews_step s WHERE s.case_id = NEW.case_id AND s.outcome = 'agree'
                        AND s.stage <> 'school') THEN
        PERFORM students_refuse('补建学籍须经主管部门核办同意（附件1 二）', 'late_unsigned');
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION students_leaving_bound()
CREATE FUNCTION public.students_leaving_bound() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM reviews_case c WHERE c.number = NEW.left_case_number AND c.state = 'completed'
          AND (c.subject = 'student:' || NEW.student_id OR EXISTS (
              SELECT FROM students_recruitedpupil r WHERE r.case_id = c.id AND r.student_id = NEW.student_id)
            OR EXISTS (SELECT FROM students_recordremoval x WHERE x.case_id = c.id AND x.student_id = NEW.student_id)))
       AND NOT (NEW.left_case_number = ''
                AND orgs_standing(NEW.school_id, orgs_today()) IS DISTINCT FROM NEW.school_id) THEN
        PERFORM students_refuse('学籍只能由已办结的业务转出（附件1 三）', 'leaving_without_case');
    END IF;
    RETURN NULL;
END $$;

-- FUNCTION students_legal_status(text, text)
CREATE FUNCTION public.students_legal_status(was text, becomes text) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    SELECT was <> 'removed' AND becomes = 'removed' OR CASE was
        WHEN 'enrolled' THEN becomes IN ('suspended', 'withdrawn', 'expelled', 'abroad', 'left_other', 'deceased',
            'graduated', 'completed', 'incomplete')
        WHEN 'suspended' THEN becomes IN ('enrolled', 'withdrawn', 'expelled', 'abroad', 'left_other', 'deceased',
            'graduated')
        WHEN 'left_other' THEN becomes IN ('enrolled', 'abroad', 'deceased', 'graduated')
        WHEN 'withdrawn' THEN becomes IN ('enrolled', 'deceased', 'graduated')
        WHEN 'abroad' THEN becomes IN ('enrolled', 'deceased', 'graduated')
        WHEN 'expelled' THEN becomes IN ('enrolled', 'deceased', 'graduated')
        WHEN 'missing' THEN becomes IN ('enrolled', 'deceased', 'graduated')
        WHEN 'graduated' THEN becomes IN ('enrolled', 'deceased')
        WHEN 'completed' THEN becomes IN ('enrolled', 'graduated')
        WHEN 'incomplete' THEN becomes = 'enrolled'
        ELSE false END
$$;

-- FUNCTION students_list_ended()
CREATE FUNCTION public.students_list_ended() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    UPDATE students_recruitedpupil SET state = 'returned' WHERE case_id = NEW.id AND state = 'sent';
    RETURN NULL;
END $$;

-- FUNCTION students_living(text)
CREATE FUNCTION public.students_living(status text) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    SELECT status NOT IN ('graduated', 'completed', 'incomplete', 'deceased', 'removed')
$$;

-- FUNCTION students_merger_strands()
CREATE FUNCTION public.students_merger_strands() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
    day date := greatest(NEW.closed_on, orgs_today());
    summer boolean := to_char(day, 'MMDD') BETWEEN '0601' AND '0810';
    ahead date := CASE WHEN summer THEN make_date(extract(year FROM day)::int, 8, 11) ELSE day END;
    cohort int := extract(year FROM ahead - interval '7 months 10 days')::int - 5;
    was int := orgs_last_primary(NEW.id, day, cohort);
    becomes int := orgs_last_primary(NEW.successor_id, day, cohort);
    count int;
BEGIN
    SELECT count(*) INTO count FROM students_student s WHERE s.school_id = NEW.id
        AND NOT students_school_takes(NEW.successor_id, s.phase, s.cohort, s.status);
    IF count > 0 THEN
        PERFORM orgs_refuse(format('本校有 %s 名学生的学段在承接学校没有年级，转不过去；请先为这些学生办理转学，或另选承接学校（附件1 四.2）', count),
            'unit_successor_phase');
    END IF;
    count := students_stranded(NEW.id, was, becomes, day, ahead, NULL);
    IF count > 0 AND NOT (becomes < was AND to_char(day, 'MMDD') < '0601') THEN
        PERFORM orgs_refuse(format('两校学制不同，本校有 %s 名六年级学生并入后会不在所在学段的年级内。两种办法：在承接学校登记学制，“自哪一级起”填 %s，'
            '此前各级按本校学制读完；或者撤销日期改为 5 月 31 日或以前，使他们今年夏季办理毕业（附件1 三.5、四.2）', count, cohort + 1), 'would_stay');
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION students_month_wall()
CREATE FUNCTION public.students_month_wall() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM students_refuse('月末名单不可删除（附件1 二）', 'no_delete');
    END IF;
    IF (NEW.number, NEW.province_id, NEW.month, NEW.closed_by_id, NEW.closed_at)
            IS DISTINCT FROM (OLD.number, OLD.province_id, OLD.month, OLD.closed_by_id, OLD.closed_at)
       OR OLD.sent_by_id IS NOT NULL AND (NEW.sent_by_id, NEW.sent_at, NEW.opinion)
            IS DISTINCT FROM (OLD.sent_by_id, OLD.sent_at, OLD.opinion) THEN
        PERFORM students_refuse('月末名单的省份、月份、收表和上报不可修改（附件1 二）', 'month_fixed');
    END IF;
    IF NEW.state <> OLD.state AND NOT (CASE OLD.state
        WHEN 'closed' THEN NEW.state IN ('sent', 'dropped')
        WHEN 'sent' THEN NEW.state = 'done'
        ELSE false END) THEN
        PERFORM students_refuse('月末名单不能从“' || OLD.state || '”变为“' || NEW.state || '”（附件1 二）', 'month_state');
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION students_moved_by(bigint, text, bigint)
CREATE FUNCTION public.students_moved_by(student bigint, number text, school bigint) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    SELECT EXISTS (
        SELECT FROM reviews_case c WHERE c.number = students_moved_by.number AND c.state = 'completed'
          AND CASE
            WHEN c.kind = 'recruitment' THEN orgs_standing(c.receiving_unit_id, orgs_today()) = school AND EXISTS (
                SELECT FROM students_recruitedpupil r WHERE r.case_id = c.id AND r.student_id = student)
            WHEN c.subject <> 'student:' || student THEN false
            WHEN c.kind LIKE '%\_rollback' THEN EXISTS (
                SELECT FROM students_enrolment e WHERE e.student_id = student AND NOT upper_inf(e.period)
                  AND orgs_standing(e.school_id, orgs_today()) = school)
            ELSE c.kind IN ('in_province_transfer', 'cross_province_transfer', 'post_graduation_enrolment')
                AND orgs_standing(c.receiving_unit_id, orgs_today()) = school END)
$$;

-- FUNCTION students_no_delete()
CREATE FUNCTION public.students_no_delete() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    PERFORM students_refuse(TG_TABLE_NAME || ' 的记录不可删除', 'no_delete');
    RETURN NULL;
END $$;

-- FUNCTION students_number_closed()
CREATE FUNCTION public.students_number_closed() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    PERFORM students_refuse('停用学籍号的依据不可修改', 'number_closed');
    RETURN NULL;
END $$;

-- FUNCTION students_number_letter()
CREATE FUNCTION public.students_number_letter() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
    before record;
BEGIN
    SELECT kind, closed_at INTO before FROM students_registrationnumber WHERE student_id = NEW.student_id
        ORDER BY issued_at DESC, id DESC LIMIT 1;
    IF before.kind IS NOT NULL AND (before.kind, NEW.kind) NOT IN (('L', 'G'), ('L', 'J'), ('J', 'G'), ('G', 'G'))
       OR before.kind IS NULL AND NEW.kind <> 'L' THEN
        PERFORM students_refuse('学籍号不能由 ' || coalesce(before.kind, '无') || ' 变为 ' || NEW.kind || '（一.1）',
                                'number_letters');
    END IF;
    IF before.closed_at > NEW.issued_at THEN
        PERFORM students_refuse('同一时间只能有一个学籍号：前一个尚未停用（一.2）', 'number_one_at_a_time');
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION students_number_wall()
CREATE FUNCTION public.students_number_wall() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM students_refuse('学籍号不可删除（一.2）', 'number_no_delete');
    END IF;
    IF NEW.student_id <> OLD.student_id THEN
        PERFORM students_refuse('学籍号不可转给他人（一.2）', 'number_owner');
    END IF;
    IF NEW.kind <> OLD.kind OR NEW.index <> OLD.index OR NEW.issued_at <> OLD.issued_at THEN
        PERFORM students_refuse('学籍号下发后不可修改，只可停用后换发（一.2）', 'number_fixed');
    END IF;
    IF OLD.closed_at IS NOT NULL AND (NEW.closed_at IS DISTINCT FROM OLD.closed_at
            OR NEW.closed_reason <> OLD.closed_reason) THEN
        PERFORM students_refuse('已停用的学籍号不可恢复', 'number_closed');
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION students_own_cohort_said()
CREATE FUNCTION public.students_own_cohort_said() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF EXISTS (SELECT FROM students_statuschange s WHERE s.case_id = NEW.id AND s.own_cohort
               AND (length(regexp_replace(s.own_cohort_reason, '\s', '', 'g')) < 2 OR s.school_class_id IS NOT NULL)) THEN
        PERFORM students_refuse('按原届复学须写明理由，不选班级（五）', 'own_cohort_reason');
    END IF;
    RETURN NULL;
END $$;

-- FUNCTION students_phase_rank(text)
CREATE FUNCTION public.students_phase_rank(phase text) RETURNS integer
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    SELECT array_position(ARRAY['primary', 'junior', 'senior'], phase)
$$;

-- FUNCTION students_phase_wall()
CREATE FUNCTION public.students_phase_wall() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
    steps int := students_phase_rank(NEW.phase) - students_phase_rank(OLD.phase);
    moved boolean := NEW.school_id IS DISTINCT FROM OLD.school_id;
    grade int := students_grade_at(NEW.cohort, NEW.phase, NEW.school_id, orgs_today());
BEGIN
    IF steps = 1 AND OLD.status = 'graduated' AND NEW.status = 'enrolled' THEN
        RETURN NEW;
    END IF;
    IF steps = 1 AND moved AND NEW.phase = 'junior' AND (grade = 6 OR students_crosses(NEW.id, '')) THEN
        RETURN NEW;
    END IF;
    IF steps < 0 AND students_living(OLD.status) AND NEW.status = 'graduated' THEN
        RETURN NEW;
    END IF;
    IF steps < 0 AND moved AND grade <= 6 THEN
        RETURN NEW;
    END IF;
    PERFORM students_refuse('学段只随毕业后报到变更，不随时间或转学变更（三.5、四.3）', 'student_phase_change');
    RETURN NULL;
END $$;

-- FUNCTION students_photo_stamp()
CREATE FUNCTION public.students_photo_stamp() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    NEW.taken_at := ledger_now();
    RETURN NEW;
END $$;

-- FUNCTION students_placement_wall()
CREATE FUNCTION public.students_placement_wall() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
    pupil students_student;
BEGIN
    SELECT * INTO pupil FROM students_student WHERE id = NEW.id;
    IF pupil.school_class_id IS NOT NULL AND students_living(pupil.status) AND NOT EXISTS (
            SELECT FROM students_schoolclass c WHERE c.id = pupil.school_class_id
              AND (c.school_id, c.phase, c.cohort) = (pupil.school_id, pupil.phase, pupil.cohort)) THEN
        PERFORM students_refuse('班级的学校、学段和入学年须与学生一致（三.5）', 'student_class_fits');
    END IF;
    IF EXISTS (SELECT FROM students_enrolment e WHERE e.student_id = pupil.id AND upper_inf(e.period)
               AND e.phase <> pupil.phase) THEN
        PERFORM students_refuse('在籍记录的学段须与学生一致（三.5）', 'enrolment_phase_fits');
    END IF;
    RETURN NULL;
END $$;

-- FUNCTION students_print_stamp()
CREATE FUNCTION public.students_print_stamp() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    NEW.printed_at := ledger_now();
    RETURN NEW;
END $$;

-- FUNCTION students_problem_wall()
CREATE FUNCTION public.students_problem_wall() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM students_refuse('问题学籍记录不可删除（四.1）', 'no_delete');
    END IF;
    IF NEW.student_id <> OLD.student_id OR NEW.kind <> OLD.kind OR NEW.opened_at <> OLD.opened_at THEN
        PERFORM students_refuse('问题学籍的学生和类型不可修改（四.1）', 'problem_fixed');
    END IF;
    IF OLD.closed_at IS NOT NULL THEN
        PERFORM students_refuse('已解决的问题学籍记录不可修改（四.1）', 'problem_closed');
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION students_record_bound()
CREATE FUNCTION public.students_record_bound() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
    whose text := 'student:' || NEW.id;
BEGIN
    -- As both stand now: a record may have moved on within the transaction.
    IF NEW.school_id IS DISTINCT FROM OLD.school_id
       AND (SELECT s.school_id FROM students_student s WHERE s.id = NEW.id) IS DISTINCT FROM (
            SELECT e.school_id FROM students_enrolment e WHERE e.student_id = NEW.id AND upper_inf(e.period)) THEN
        PERFORM students_refuse('学生的学校须与学籍一致，学籍只能由已办结的业务转接（附件1 三）', 'school_without_case');
    END IF;
    IF (NEW.name, NEW.sex, NEW.birth_date, NEW.id_type, NEW.id_number_index, NEW.id_number_sealed)
            IS DISTINCT FROM (OLD.name, OLD.sex, OLD.birth_date, OLD.id_type, OLD.id_number_index, OLD.id_number_sealed)
       AND NOT EXISTS (SELECT FROM reviews_case c JOIN students_keyinformationchange k ON k.case_id = c.id
                       WHERE c.subject = whose AND c.kind = 'key_information' AND c.state = 'completed'
                         AND ledger_written_now(c.xmin)
                         AND (k.name, k.sex, k.birth_date) IS NOT DISTINCT FROM (NEW.name, NEW.sex, NEW.birth_date)) THEN
        PERFORM students_refuse('姓名、性别、出生日期和证件只能由已办结的关键信息变更更改（附件1 一.2）', 'key_without_case');
    END IF;
    IF NEW.status <> OLD.status
       AND NOT students_decided_now(NEW.id)
       AND NOT EXISTS (SELECT FROM students_graduationline l JOIN students_graduationrun r ON r.id = l.run_id
                       WHERE l.student_id = NEW.id AND r.state = 'done' AND ledger_written_now(r.xmin))
       AND NOT EXISTS (SELECT FROM students_recordremoval x JOIN reviews_case c ON c.id = x.case_id
                       WHERE x.student_id = NEW.id AND c.state = 'completed' AND ledger_written_now(x.xmin)) THEN
        PERFORM students_refuse('学籍状态只能由已办结的业务或已核办的毕业名单更改（附件1 四、五）', 'status_without_case');
    END IF;
    RETURN NULL;
END $$;

-- FUNCTION students_recruited_graduate()
CREATE FUNCTION public.students_recruited_graduate() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    PERFORM FROM students_student WHERE id = NEW.student_id AND status = 'graduated' FOR SHARE;
    IF NOT FOUND THEN
        PERFORM students_refuse('只有毕业状态的学生可以招生（四.3）', 'recruited_not_graduate');
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION students_recruited_list()
CREATE FUNCTION public.students_recruited_list() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.case_id IS NOT NULL THEN
            PERFORM students_refuse('招生记录先登记，再随名册上报（四.3）', 'recruited_list');
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.state IN ('reported', 'taken_back', 'dropped', 'off')
       AND NOT (OLD.state = 'reported' AND NEW.state = 'taken_back' AND to_jsonb(NEW) - 'state' = to_jsonb(OLD) - 'state') THEN
        PERFORM students_refuse('已有结果的招生记录不可修改（四.3）', 'recruited_fixed');
    END IF;
    IF NEW.case_id IS DISTINCT FROM OLD.case_id AND (OLD.state NOT IN ('listed', 'returned') OR NOT EXISTS (
            SELECT FROM reviews_case c WHERE c.id = NEW.case_id AND c.kind = 'recruitment'
              AND c.receiving_unit_id = NEW.school_id AND c.closed_at IS NULL) AND NEW.case_id IS NOT NULL) THEN
        PERFORM students_refuse('招生记录随本校正在办理的名册上报，不可改入别的名册（四.3）', 'recruited_list');
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION students_recruited_wall()
CREATE FUNCTION public.students_recruited_wall() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM students_refuse('招生记录不可删除（四.3）', 'no_delete');
    END IF;
    IF NEW.student_id <> OLD.student_id OR NEW.school_id <> OLD.school_id OR NEW.graduated_on <> OLD.graduated_on THEN
        PERFORM students_refuse('招生记录的学生、学校和毕业日期不可修改（四.3）', 'recruited_fixed');
    END IF;
    IF NEW.state <> OLD.state AND NOT (CASE OLD.state
        WHEN 'listed' THEN NEW.state IN ('sent', 'dropped', 'off')
        WHEN 'sent' THEN NEW.state IN ('admitted', 'returned', 'dropped', 'off')
        WHEN 'returned' THEN NEW.state = 'listed'
        WHEN 'admitted' THEN NEW.state IN ('reported', 'absent', 'off')
        -- 未报到 taken back: the pupil is awaited again.
        WHEN 'absent' THEN NEW.state = 'admitted'
        WHEN 'reported' THEN NEW.state = 'taken_back'
        ELSE false END) THEN
        PERFORM students_refuse('招生记录不能从“' || OLD.state || '”变为“' || NEW.state || '”（四.3）', 'recruited_state');
    END IF;
    IF NEW.state = 'admitted' AND OLD.state = 'sent'
        AND NOT EXISTS (SELECT FROM reviews_step s WHERE s.case_id = NEW.case_id AND s.outcome = 'agree'
                        AND s.stage <> 'receiving_school') THEN
        PERFORM students_refuse('招生须经主管部门核办同意（四.3）', 'recruited_unsigned');
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION students_refuse(text, text)
CREATE FUNCTION public.students_refuse(sentence text, wall text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    RAISE EXCEPTION '%', sentence USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = wall;
END $$;

-- FUNCTION students_removal_alone()
CREATE FUNCTION public.students_removal_alone() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF NEW.kept_id IS NULL AND NOT EXISTS (SELECT FROM reviews_case c WHERE c.id = NEW.case_id AND c.kind = 'number_deletion') THEN
        PERFORM students_refuse('没有另一条学籍的，只能由教育部核办删除正式学籍号（一.2）', 'removal_alone');
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION students_removal_bound()
CREATE FUNCTION public.students_removal_bound() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM reviews_case c WHERE c.id = NEW.case_id AND c.state = 'completed' AND ledger_written_now(c.xmin)
          AND (c.subject = 'student:' || NEW.student_id
            OR EXISTS (SELECT FROM students_problemanswer a JOIN students_problemrecord p ON p.id = a.problem_id
                       WHERE a.case_id = c.id AND a.answer = 'remove' AND p.student_id = NEW.student_id)
            OR EXISTS (SELECT FROM students_numberdeletion d WHERE d.case_id = c.id AND d.student_id = NEW.student_id)
            OR EXISTS (SELECT FROM students_twindecision t WHERE t.case_id = c.id AND NEW.student_id =
                       CASE t.outcome WHEN 'keep_first' THEN t.second_id WHEN 'keep_second' THEN t.first_id END))) THEN
        PERFORM students_refuse('删除学籍须由关于这名学生的业务办结（四.1）', 'removal_of_another');
    END IF;
    RETURN NULL;
END $$;

-- FUNCTION students_removal_wall()
CREATE FUNCTION public.students_removal_wall() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
    decided text := CASE WHEN EXISTS (SELECT FROM students_registrationnumber n
                                      WHERE n.student_id = NEW.student_id AND n.kind = 'G')
                    THEN 'ministry' ELSE 'authority' END;
BEGIN
    IF NOT EXISTS (SELECT FROM reviews_step s JOIN reviews_case c ON c.id = s.case_id
                   WHERE s.case_id = NEW.case_id AND s.outcome = 'agree' AND s.stage = decided
                     AND c.kind IN ('problem', 'problem_decision', 'number_deletion')) THEN
        PERFORM students_refuse('持有正式学籍号的学籍只由教育部核办删除，其他重复学籍由主管部门核办删除（一.2、四.1）', 'removal_unsigned');
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION students_removed_wall()
CREATE FUNCTION public.students_removed_wall() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM students_recordremoval r WHERE r.student_id = NEW.id) THEN
        PERFORM students_refuse('学籍只能经问题学籍处理删除（四.1）', 'removed_without_case');
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION students_rollback_in_time()
CREATE FUNCTION public.students_rollback_in_time() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
    asked date := (NEW.submitted_at AT TIME ZONE 'Asia/Shanghai')::date;
    months int;
BEGIN
    SELECT coalesce(reviews_limit_value('rollback_months', u.province_id, asked), 6) INTO months
        FROM orgs_unit u WHERE u.id = NEW.receiving_unit_id;
    IF NOT EXISTS (SELECT FROM students_takenback t WHERE t.case_id = NEW.id
                   AND asked <= t.graduated_on + make_interval(months => months)) THEN
        PERFORM students_refuse('毕业回退已超过规定的期限（四.3）', 'rollback_in_time');
    END IF;
    RETURN NULL;
END $$;

-- FUNCTION students_round_one_unit()
CREATE FUNCTION public.students_round_one_unit() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF EXISTS (SELECT FROM students_schoolverification p WHERE p.round_id = NEW.id
               AND (orgs_same_person(p.submitted_by_id, NEW.submitted_by_id)
                 OR orgs_same_person(p.submitted_by_id, NEW.signed_by_id)
                 OR orgs_same_person(p.signed_by_id, NEW.submitted_by_id)
                 OR orgs_same_person(p.signed_by_id, NEW.signed_by_id))) THEN
        PERFORM students_refuse('一人在一轮核查中只能代表一个单位办理（附件1 三.1）', 'round_one_unit');
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION students_round_wall()
CREATE FUNCTION public.students_round_wall() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM students_refuse('核查记录不可删除（六）', 'no_delete');
    END IF;
    IF OLD.state = 'signed' THEN
        PERFORM students_refuse('核查已签核，不可修改（六）', 'round_signed');
    END IF;
    IF NEW.state <> OLD.state AND NOT (CASE OLD.state
        WHEN 'open' THEN NEW.state = 'submitted' AND NEW.submitted_by_id IS NOT NULL
        WHEN 'submitted' THEN NEW.state = 'open' OR NEW.state = 'signed' AND NEW.signed_by_id IS NOT NULL
        ELSE false END) THEN
        PERFORM students_refuse('核查须先提交再签核（六）', 'round_state');
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION students_sample_wall()
CREATE FUNCTION public.students_sample_wall() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM students_refuse('抽查学生不可删除（六）', 'no_delete');
    END IF;
    IF NEW.part_id <> OLD.part_id OR NEW.student_id <> OLD.student_id THEN
        PERFORM students_refuse('抽到的学生不可更换（六）', 'sample_fixed');
    END IF;
    IF (SELECT state FROM students_schoolverification WHERE id = OLD.part_id) <> 'open' THEN
        PERFORM students_refuse('核查已提交，结果不可修改（六）', 'sample_fixed');
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION students_school_fits()
CREATE FUNCTION public.students_school_fits() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF TG_OP = 'INSERT' AND EXISTS (SELECT FROM orgs_unit WHERE id = NEW.school_id AND closed_on <= orgs_today()) THEN
        PERFORM students_refuse('学校自撤销之日起不再新建学籍，由承接学校建立（附件1 二）', 'student_school_closed');
    END IF;
    IF NEW.school_id IS NOT NULL AND NOT students_school_takes(NEW.school_id, NEW.phase, NEW.cohort, NEW.status) THEN
        PERFORM students_refuse('该校没有这个学段的年级（四.2）', 'student_school_fits');
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION students_school_takes(bigint, text, integer, text)
CREATE FUNCTION public.students_school_takes(school bigint, phase text, cohort integer, status text) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    SELECT NOT students_living(students_school_takes.status)
        OR NOT EXISTS (SELECT FROM orgs_schoolsystemperiod WHERE school_id = school)
        OR EXISTS (
            SELECT FROM orgs_schoolsystemperiod p WHERE p.school_id = school
              AND p.highest_grade >= CASE students_school_takes.phase
                WHEN 'primary' THEN 1 WHEN 'junior' THEN p.last_primary + 1 ELSE 10 END
              AND p.lowest_grade <= CASE students_school_takes.phase
                WHEN 'primary' THEN p.last_primary WHEN 'junior' THEN 9 ELSE 12 END
              AND NOT EXISTS (
                SELECT FROM orgs_schoolsystemperiod q WHERE q.school_id = p.school_id AND q.valid_from > p.valid_from
                  AND q.valid_from <= orgs_today()
                  AND (q.from_cohort IS NULL OR q.from_cohort <= students_school_takes.cohort)))
$$;

-- FUNCTION students_sealed_wall()
CREATE FUNCTION public.students_sealed_wall() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    PERFORM students_refuse('学籍号下发后不可修改，只可停用后换发（一.2）', 'number_fixed');
    RETURN NULL;
END $$;

-- FUNCTION students_sheet_line_wall()
CREATE FUNCTION public.students_sheet_line_wall() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
    stands text;
BEGIN
    SELECT state INTO stands FROM students_changesheet WHERE id = coalesce(NEW.sheet_id, OLD.sheet_id);
    IF TG_OP = 'UPDATE' THEN
        -- What the teacher wrote stays; only what became of it is noted, while the sheet is being accepted.
        IF (NEW.sheet_id, NEW.student_id, NEW.field, NEW.secret, NEW.old, NEW.new, NEW.new_sealed)
            IS DISTINCT FROM (OLD.sheet_id, OLD.student_id, OLD.field, OLD.secret, OLD.old, OLD.new, OLD.new_sealed)
            OR stands <> 'sent' THEN
            PERFORM students_refuse('变动表的内容不可修改（六）', 'sheet_line_fixed');
        END IF;
        RETURN NEW;
    END IF;
    IF stands NOT IN ('draft', 'returned') THEN
        PERFORM students_refuse('变动表送出后不能增减内容（六）', 'sheet_line_fixed');
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;

-- FUNCTION students_sheet_wall()
CREATE FUNCTION public.students_sheet_wall() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM students_refuse('变动表不可删除（六）', 'no_delete');
    END IF;
    IF NEW.school_class_id <> OLD.school_class_id THEN
        PERFORM students_refuse('变动表的班级不可修改（六）', 'sheet_fixed');
    END IF;
    IF NEW.state <> OLD.state AND NOT (CASE OLD.state
        WHEN 'draft' THEN NEW.state IN ('sent', 'dropped')
        WHEN 'returned' THEN NEW.state IN ('sent', 'dropped')
        WHEN 'sent' THEN NEW.state IN ('accepted', 'returned')
        ELSE false END) THEN
        PERFORM students_refuse('变动表不能从“' || OLD.state || '”变为“' || NEW.state || '”（六）', 'sheet_state');
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION students_status_wall()
CREATE FUNCTION public.students_status_wall() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF NOT students_legal_status(OLD.status, NEW.status) THEN
        PERFORM students_refuse('学籍状态不能由“' || OLD.status || '”变为“' || NEW.status || '”（五）', 'status_pair');
    END IF;
    IF NEW.status = 'expelled' AND NEW.phase <> 'senior' THEN
        PERFORM students_refuse('义务教育阶段不得开除学生（五）', 'status_compulsory');
    END IF;
    IF NEW.status = 'withdrawn' AND NEW.phase <> 'senior' THEN
        PERFORM students_refuse('义务教育阶段的学生不得退学（五）', 'status_compulsory');
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION students_stranded(bigint, integer, integer, date, date, integer)
CREATE FUNCTION public.students_stranded(school bigint, was integer, becomes integer, day date, ahead date, since integer) RETURNS integer
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    SELECT count(*)::int FROM students_student s
    WHERE s.school_id = school AND students_living(s.status) AND was <> becomes
      AND s.phase = CASE WHEN becomes < was THEN 'primary' ELSE 'junior' END
      AND (since IS NULL OR s.cohort >= since)
      AND 6 IN (extract(year FROM day - interval '7 months 10 days')::int - s.cohort + 1,
                extract(year FROM ahead - interval '7 months 10 days')::int - s.cohort + 1)
$$;

-- FUNCTION students_system_strands()
CREATE FUNCTION public.students_system_strands() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
    day date := greatest(NEW.valid_from, orgs_today());
    -- From 1 June on the lists of the summer are made: who is not on one belongs to the year that begins in August.
    summer boolean := to_char(day, 'MMDD') BETWEEN '0601' AND '0810';
    ahead date := CASE WHEN summer THEN make_date(extract(year FROM day)::int, 8, 11) ELSE day END;
    year int := extract(year FROM ahead - interval '7 months 10 days')::int;
    was int;
    count int;
BEGIN
    -- What pupils are judged by now: a row that has begun itself, before that the others.
    IF TG_OP = 'UPDATE' AND OLD.valid_from <= orgs_today() THEN
        was := OLD.last_primary;
    ELSE
        was := students_last_primary_without(NEW.school_id, NEW.id, day, coalesce(NEW.from_cohort, year - 5));
    END IF;
    IF was IS NULL OR was = NEW.last_primary THEN
        RETURN NEW;
    END IF;
    IF NEW.last_primary < was AND to_char(day, 'MMDD') < '0601' THEN
        RETURN NEW; -- Both cohorts are listed in the summer that follows.
    END IF;
    count := students_stranded(NEW.school_id, was, NEW.last_primary, day, ahead, NEW.from_cohort);
    IF count > 0 AND NEW.last_primary < was THEN
        PERFORM orgs_refuse(format('有 %s 名学生自%s年%s月%s日起会高于所在学段的最高年级（五年级），不能升学。两种办法：“自哪一级起”填 %s，'
            '此前各级按原学制读完六年级（老生老办法）；或者生效日期改为 %s 年 5 月 31 日或以前，使两个年级在同一个夏季办理毕业（附件1 三.5、四.2）',
            count, extract(year FROM NEW.valid_from), extract(month FROM NEW.valid_from), extract(day FROM NEW.valid_from),
            year - 4, year + 1), 'would_stay');
    ELSIF count > 0 THEN
        PERFORM orgs_refuse(format('有 %s 名初中六年级学生自%s年%s月%s日起会低于所在学段的最低年级（七年级）。请在“自哪一级起”填 %s，'
            '此前各级按原学制读下去（老生老办法；附件1 三.5、四.2）',
            count, extract(year FROM NEW.valid_from), extract(month FROM NEW.valid_from), extract(day FROM NEW.valid_from),
            year - 4), 'would_wait');
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION students_takenback_wall()
CREATE FUNCTION public.students_takenback_wall() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        PERFORM students_refuse('毕业回退的内容不可修改（四.3）', 'takenback_fixed');
    END IF;
    IF NOT EXISTS (SELECT FROM students_student s WHERE s.id = NEW.student_id
                   AND (s.status, s.graduated_on) = (NEW.status_was, NEW.graduated_on)) THEN
        PERFORM students_refuse('毕业回退须照学籍上的状态和毕业日期提出（四.3）', 'takenback_day');
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION tickets_confirmed_by_another()
CREATE FUNCTION public.tickets_confirmed_by_another() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF EXISTS (SELECT FROM tickets_ticket t WHERE t.id = NEW.ticket_id AND t.kind = 'complaint'
               AND orgs_same_person(t.answered_by_id, NEW.by_id)) THEN
        PERFORM students_refuse('答复和确认须由两个人办理（附件1 三.1）', 'complaint_confirmed_by_another');
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION tickets_enclosure_wall()
CREATE FUNCTION public.tickets_enclosure_wall() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF TG_OP = 'DELETE' OR to_jsonb(NEW) - 'removed_at' IS DISTINCT FROM to_jsonb(OLD) - 'removed_at'
       OR OLD.removed_at IS NOT NULL THEN
        PERFORM students_refuse('附件不可更改或删除，只能移除（正文 三.2）', 'enclosure_fixed');
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION tickets_legal_pair(text, text)
CREATE FUNCTION public.tickets_legal_pair(was text, becomes text) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    SELECT CASE was
        WHEN 'drafted' THEN becomes IN ('issued', 'closed')
        WHEN 'issued' THEN becomes IN ('drafted', 'accepted')
        WHEN 'accepted' THEN becomes = 'answered'
        WHEN 'answered' THEN becomes IN ('returned', 'confirmed')
        WHEN 'returned' THEN becomes = 'answered'
        WHEN 'confirmed' THEN becomes = 'closed'
        ELSE false END
$$;

-- FUNCTION tickets_log_wall()
CREATE FUNCTION public.tickets_log_wall() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    PERFORM students_refuse('单据的办理记录只增不改（正文 三.2）', 'log_append_only');
    RETURN NULL;
END $$;

-- FUNCTION tickets_paper_wall()
CREATE FUNCTION public.tickets_paper_wall() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM students_refuse('单据不可删除，可以作废（正文 三.2）', 'no_delete');
    END IF;
    IF to_jsonb(NEW) - 'accepting_unit' IS DISTINCT FROM to_jsonb(OLD) - 'accepting_unit'
       AND (SELECT state FROM tickets_ticket WHERE id = OLD.ticket_ptr_id) <> 'drafted' THEN
        PERFORM students_refuse('已发出的单据不可改内容，请撤回后修改（正文 三.2）', 'paper_fixed');
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION tickets_problem_wall()
CREATE FUNCTION public.tickets_problem_wall() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF (SELECT state FROM tickets_ticket WHERE id = COALESCE(OLD.report_id, NEW.report_id)) <> 'drafted' THEN
        PERFORM students_refuse('已发出的报告单不可改问题描述，请撤回后修改（正文 三.2）', 'paper_fixed');
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$;

-- FUNCTION tickets_ticket_wall()
CREATE FUNCTION public.tickets_ticket_wall() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM students_refuse('单据不可删除，可以作废（正文 三.2）', 'no_delete');
    END IF;
    IF OLD.state = 'closed' THEN
        PERFORM students_refuse('已办结的单据不可更改（正文 三.2）', 'ticket_closed');
    END IF;
    IF (NEW.number, NEW.kind, NEW.thread_id, NEW.parent_id, NEW.issuing_unit_id, NEW.drafted_by_id)
        IS DISTINCT FROM (OLD.number, OLD.kind, OLD.thread_id, OLD.parent_id, OLD.issuing_unit_id, OLD.drafted_by_id) THEN
        PERFORM students_refuse('单据的编号、种类、来源和发出单位不可更改（正文 三.2）', 'ticket_fixed');
    END IF;
    IF NEW.state <> OLD.state AND NOT tickets_legal_pair(OLD.state, NEW.state) THEN
        PERFORM students_refuse('单据不能从“' || OLD.state || '”变为“' || NEW.state || '”（正文 三.2）', 'ticket_legal_pair');
    END IF;
    IF OLD.state <> 'drafted' AND NEW.state <> 'drafted' AND NEW.complete_by IS DISTINCT FROM OLD.complete_by
        AND NOT (OLD.complete_by IS NULL AND OLD.state = 'issued' AND NEW.state = 'accepted') THEN
        PERFORM students_refuse('已发出的单据不可改完成时限，请撤回后修改（正文 三.2）', 'ticket_limit_fixed');
    END IF;
    IF NEW.state = 'accepted' AND NEW.complete_by IS NULL THEN
        PERFORM students_refuse('受理的单据须有完成时限（正文 三.2）', 'ticket_without_limit');
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION transfers_file_ended()
CREATE FUNCTION public.transfers_file_ended() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM transfers_transfer t WHERE t.case_id = NEW.id AND (t.did_not_report OR EXISTS (
            SELECT FROM students_recruitedpupil r
            WHERE r.student_id = t.student_id AND r.state = 'reported' AND ledger_written_now(r.xmin)))) THEN
        PERFORM reviews_refuse('待调档的业务只在学生未报到、两校合并或学生已在他校报到时终止（三.6）', 'file_ended_unasked');
    END IF;
    RETURN NULL;
END $$;

-- FUNCTION transfers_file_wall()
CREATE FUNCTION public.transfers_file_wall() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM transfers_transfer WHERE case_id = NEW.id AND reported_on IS NOT NULL) THEN
        PERFORM reviews_refuse('学生未报到，不能调档（三.6）', 'transfer_file_of_no_show');
    END IF;
    RETURN NULL;
END $$;

-- FUNCTION transfers_live_case(bigint, bigint)
CREATE FUNCTION public.transfers_live_case(student bigint, school bigint) RETURNS bigint
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    SELECT c.id FROM transfers_transfer t JOIN reviews_case c ON c.id = t.case_id
    WHERE t.student_id = student AND t.receiving_school_id = school AND c.closed_at IS NULL
    ORDER BY c.submitted_at NULLS LAST, c.id DESC LIMIT 1
$$;

-- FUNCTION transfers_offline_confirm()
CREATE FUNCTION public.transfers_offline_confirm() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
    today date := (ledger_now() AT TIME ZONE 'Asia/Shanghai')::date;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.confirmed_by_id IS NOT NULL THEN
            PERFORM transfers_refuse('线下转学先登记，后确认', 'offline_recorded_first');
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.confirmed_by_id, NEW.confirmed_at) IS NOT DISTINCT FROM (OLD.confirmed_by_id, OLD.confirmed_at) THEN
        RETURN NEW;
    END IF;
    IF OLD.closed_at IS NOT NULL THEN
        PERFORM transfers_refuse('已了结的线下转学登记不可修改', 'offline_closed');
    END IF;
    IF OLD.confirmed_by_id IS NOT NULL THEN
        PERFORM transfers_refuse('已确认的线下转学登记不可再确认', 'offline_confirmed_once');
    END IF;
    IF NOT orgs_seat_held(NEW.confirmed_by_id, NEW.school_id, 'head', today) THEN
        PERFORM transfers_refuse('线下转学登记由就读学校的负责人确认', 'offline_confirm_seat');
    END IF;
    NEW.confirmed_at := ledger_now();
    RETURN NEW;
END $$;

-- FUNCTION transfers_offline_insert()
CREATE FUNCTION public.transfers_offline_insert() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
    today date := (ledger_now() AT TIME ZONE 'Asia/Shanghai')::date;
    fault reviews_fault;
    scope text;
    school orgs_unit;
    last date := 'infinity';
BEGIN
    SELECT * INTO fault FROM reviews_fault WHERE id = NEW.fault_id;
    SELECT path INTO scope FROM orgs_unit WHERE id = fault.unit_id;
    SELECT * INTO school FROM orgs_unit WHERE id = NEW.school_id;
    IF NEW.closed_at IS NOT NULL OR NEW.outcome <> '' THEN
        PERFORM transfers_refuse('线下转学只能从登记开始', 'offline_starts_open');
    END IF;
    IF school.level <> 'school' OR NOT starts_with(school.path, scope) THEN
        PERFORM transfers_refuse('故障公告的范围不包括这所学校', 'offline_fault_covers');
    END IF;
    IF NOT transfers_registrar_at(NEW.recorded_by_id, NEW.school_id, today) THEN
        PERFORM transfers_refuse('线下转学由就读学校的学籍管理员登记', 'offline_seat');
    END IF;
    IF fault.closed_at IS NOT NULL THEN
        last := (fault.closed_at AT TIME ZONE 'Asia/Shanghai')::date
            + reviews_limit_value('offline_days', school.province_id, today);
    END IF;
    IF today > last THEN
        PERFORM transfers_refuse('故障结束后补记的期限已过', 'offline_too_late');
    END IF;
    IF NEW.paper_date < fault.since OR NEW.paper_date > last OR NEW.paper_date > today THEN
        PERFORM transfers_refuse('纸质日期须在故障期间或其后补记期限内，且不晚于今天', 'offline_paper_date');
    END IF;
    NEW.recorded_at := ledger_now();
    NEW.case_id := transfers_live_case(NEW.student_id, NEW.school_id);
    RETURN NEW;
END $$;

-- FUNCTION transfers_offline_link()
CREATE FUNCTION public.transfers_offline_link() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    UPDATE transfers_offlinetransfer o SET case_id = NEW.case_id
    WHERE o.student_id = NEW.student_id AND o.school_id = NEW.receiving_school_id AND o.closed_at IS NULL
      AND (o.case_id IS NULL OR EXISTS (
          SELECT 1 FROM reviews_case c WHERE c.id = o.case_id AND c.closed_at IS NOT NULL));
    RETURN NULL;
END $$;

-- FUNCTION transfers_offline_matched()
CREATE FUNCTION public.transfers_offline_matched() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    NEW.confirmed_by_id := NULL;
    NEW.confirmed_at := NULL;
    RETURN NEW;
END $$;

-- FUNCTION transfers_offline_no_delete()
CREATE FUNCTION public.transfers_offline_no_delete() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    PERFORM transfers_refuse('线下转学登记不可删除', 'offline_no_delete');
    RETURN NULL;
END $$;

-- FUNCTION transfers_offline_settle()
CREATE FUNCTION public.transfers_offline_settle() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    UPDATE transfers_offlinetransfer o SET case_id = NEW.id, outcome = 'done', closed_at = ledger_now()
    FROM transfers_transfer t
    WHERE t.case_id = NEW.id AND o.student_id = t.student_id AND o.school_id = t.receiving_school_id
      AND o.closed_at IS NULL;
    RETURN NULL;
END $$;

-- FUNCTION transfers_offline_update()
CREATE FUNCTION public.transfers_offline_update() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
    today date := (ledger_now() AT TIME ZONE 'Asia/Shanghai')::date;
    movable text[] := ARRAY['student_id', 'sending_school_id', 'case_id', 'outcome', 'closed_at', 'closed_by_id'];
BEGIN
    IF OLD.closed_at IS NOT NULL THEN
        PERFORM transfers_refuse('已了结的线下转学登记不可修改', 'offline_closed');
    END IF;
    IF (to_jsonb(NEW) - movable) <> (to_jsonb(OLD) - movable) THEN
        PERFORM transfers_refuse('线下转学登记后不可修改，只可核对学生、补办或了结', 'offline_fixed');
    END IF;
    IF OLD.student_id IS NOT NULL AND NEW.student_id IS DISTINCT FROM OLD.student_id THEN
        PERFORM transfers_refuse('线下转学登记的学生核对后不可更换', 'offline_pupil_fixed');
    END IF;
    IF OLD.student_id IS NULL AND NEW.student_id IS NOT NULL THEN
        NEW.case_id := transfers_live_case(NEW.student_id, NEW.school_id);
    END IF;
    IF NEW.case_id IS NOT NULL AND NEW.case_id IS DISTINCT FROM OLD.case_id AND NOT EXISTS (
            SELECT 1 FROM transfers_transfer t WHERE t.case_id = NEW.case_id AND t.student_id = NEW.student_id
              AND t.receiving_school_id = NEW.school_id) THEN
        PERFORM transfers_refuse('业务不是该生转入这所学校的业务', 'offline_case_fits');
    END IF;
    IF NEW.outcome = 'done' AND NOT EXISTS (
            SELECT 1 FROM reviews_case c WHERE c.id = NEW.case_id AND c.state = 'completed') THEN
        PERFORM transfers_refuse('业务办结才是人籍一致', 'offline_done_by_case');
    END IF;
    IF NEW.closed_at IS NOT NULL THEN
        IF NEW.outcome <> 'done' AND NOT transfers_registrar_at(NEW.closed_by_id, NEW.school_id, today) THEN
            PERFORM transfers_refuse('线下转学由就读学校的学籍管理员了结', 'offline_seat');
        END IF;
        NEW.closed_at := ledger_now();
    END IF;
    RETURN NEW;
END $$;

-- FUNCTION transfers_refuse(text, text)
CREATE FUNCTION public.transfers_refuse(sentence text, wall text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    RAISE EXCEPTION '%', sentence USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = wall;
END $$;

-- FUNCTION transfers_registrar_at(bigint, bigint, date)
CREATE FUNCTION public.transfers_registrar_at(account bigint, school bigint, day date) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    SELECT orgs_seat_held(account, school, 'registrar', day)
$$;

-- FUNCTION transfers_reporting_wall()
CREATE FUNCTION public.transfers_reporting_wall() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
    now_at text;
BEGIN
    SELECT state INTO now_at FROM reviews_case WHERE id = NEW.case_id;
    IF now_at <> 'awaiting_file' THEN
        PERFORM reviews_refuse('只有待调档的业务可以登记报到（三.6）', 'transfer_reporting_stage');
    END IF;
    IF NEW.reported_on > (ledger_now() AT TIME ZONE 'Asia/Shanghai')::date THEN
        PERFORM reviews_refuse('报到日期不能晚于今天（三.6）', 'transfer_reporting_day');
    END IF;
    RETURN NULL;
END $$;

-- FUNCTION transfers_schools()
CREATE FUNCTION public.transfers_schools() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM transfers_transfer t JOIN reviews_case c ON c.id = t.case_id WHERE t.id = NEW.id
                   AND (t.receiving_school_id, t.sending_school_id)
                       IS NOT DISTINCT FROM (c.receiving_unit_id, c.sending_unit_id)) THEN
        PERFORM reviews_refuse('转入、转出学校须与业务一致（附件1 三.1）', 'transfer_schools');
    END IF;
    RETURN NULL;
END $$;

-- INDEX act_account
CREATE INDEX act_account ON public.reviews_act USING btree (account_id, id DESC);

-- INDEX act_case
CREATE INDEX act_case ON public.reviews_act USING btree (case_id, id);

-- INDEX appeal_open
CREATE INDEX appeal_open ON public.reviews_wallappeal USING btree (upper_id, id) WHERE ((ruling)::text = ''::text);

-- INDEX appeal_unit
CREATE INDEX appeal_unit ON public.reviews_wallappeal USING btree (unit_id, id DESC);

-- INDEX audit_subject
CREATE INDEX audit_subject ON public.ledger_auditentry USING btree (subject, id);

-- INDEX auth_group_name_a6ea08ec_like
CREATE INDEX auth_group_name_a6ea08ec_like ON public.auth_group USING btree (name varchar_pattern_ops);

-- INDEX auth_group_permissions_group_id_b120cbf9
CREATE INDEX auth_group_permissions_group_id_b120cbf9 ON public.auth_group_permissions USING btree (group_id);

-- INDEX auth_group_permissions_permission_id_84c5c92e
CREATE INDEX auth_group_permissions_permission_id_84c5c92e ON public.auth_group_permissions USING btree (permission_id);

-- INDEX auth_permission_content_type_id_2f476e4b
CREATE INDEX auth_permission_content_type_id_2f476e4b ON public.auth_permission USING btree (content_type_id);

-- INDEX axes_accessattempt_ip_address_10922d9c
CREATE INDEX axes_accessattempt_ip_address_10922d9c ON public.axes_accessattempt USING btree (ip_address);

-- INDEX axes_accessattempt_user_agent_ad89678b
CREATE INDEX axes_accessattempt_user_agent_ad89678b ON public.axes_accessattempt USING btree (user_agent);

-- INDEX axes_accessattempt_user_agent_ad89678b_like
CREATE INDEX axes_accessattempt_user_agent_ad89678b_like ON public.axes_accessattempt USING btree (user_agent varchar_pattern_ops);

-- INDEX axes_accessattempt_username_3f2d4ca0
CREATE INDEX axes_accessattempt_username_3f2d4ca0 ON public.axes_accessattempt USING btree (username);

-- INDEX axes_accessattempt_username_3f2d4ca0_like
CREATE INDEX axes_accessattempt_username_3f2d4ca0_like ON public.axes_accessattempt USING btree (username varchar_pattern_ops);

-- INDEX axes_accessfailurelog_ip_address_2e9f5a7f
CREATE INDEX axes_accessfailurelog_ip_address_2e9f5a7f ON public.axes_accessfailurelog USING btree (ip_address);

-- INDEX axes_accessfailurelog_user_agent_ea145dda
CREATE INDEX axes_accessfailurelog_user_agent_ea145dda ON public.axes_accessfailurelog USING btree (user_agent);

-- INDEX axes_accessfailurelog_user_agent_ea145dda_like
CREATE INDEX axes_accessfailurelog_user_agent_ea145dda_like ON public.axes_accessfailurelog USING btree (user_agent varchar_pattern_ops);

-- INDEX axes_accessfailurelog_username_a8b7e8a4
CREATE INDEX axes_accessfailurelog_username_a8b7e8a4 ON public.axes_accessfailurelog USING btree (username);

-- INDEX axes_accessfailurelog_username_a8b7e8a4_like
CREATE INDEX axes_accessfailurelog_username_a8b7e8a4_like ON public.axes_accessfailurelog USING btree (username varchar_pattern_ops);

-- INDEX axes_accesslog_ip_address_86b417e5
CREATE INDEX axes_accesslog_ip_address_86b417e5 ON public.axes_accesslog USING btree (ip_address);

-- INDEX axes_accesslog_user_agent_0e659004
CREATE INDEX axes_accesslog_user_agent_0e659004 ON public.axes_accesslog USING btree (user_agent);

-- INDEX axes_accesslog_user_agent_0e659004_like
CREATE INDEX axes_accesslog_user_agent_0e659004_like ON public.axes_accesslog USING btree (user_agent varchar_pattern_ops);

-- INDEX axes_accesslog_username_df93064b
CREATE INDEX axes_accesslog_username_df93064b ON public.axes_accesslog USING btree (username);

-- INDEX axes_accesslog_username_df93064b_like
CREATE INDEX axes_accesslog_username_df93064b_like ON public.axes_accesslog USING btree (username varchar_pattern_ops);

-- INDEX batch_one_live
CREATE UNIQUE INDEX batch_one_live ON public.students_issuingbatch USING btree (province_id) WHERE ((state)::text = ANY ((ARRAY['checking'::character varying, 'ready'::character varying, 'issuing'::character varying])::text[]));

-- INDEX case_expiry
CREATE INDEX case_expiry ON public.reviews_case USING btree (expires_at) WHERE ((closed_at IS NULL) AND (expires_at IS NOT NULL));

-- INDEX case_receiving
CREATE INDEX case_receiving ON public.reviews_case USING btree (receiving_unit_id, id DESC);

-- INDEX case_sending
CREATE INDEX case_sending ON public.reviews_case USING btree (sending_unit_id, id DESC);

-- INDEX case_started
CREATE INDEX case_started ON public.reviews_case USING btree (receiving_unit_id, due_on, id) INCLUDE (sending_unit_id) WHERE (closed_at IS NULL);

-- INDEX case_subject
CREATE INDEX case_subject ON public.reviews_case USING btree (subject, id DESC);

-- INDEX case_worklist
CREATE INDEX case_worklist ON public.reviews_case USING btree (holder_id, awaiting, due_on, id) INCLUDE (receiving_unit_id, sending_unit_id) WHERE ((closed_at IS NULL) AND (holder_id IS NOT NULL));

-- INDEX change_of_student
CREATE INDEX change_of_student ON public.students_fieldchange USING btree (student_id, id DESC);

-- INDEX change_student
CREATE INDEX change_student ON public.students_statuschange USING btree (student_id, id DESC);

-- INDEX change_until
CREATE INDEX change_until ON public.students_statuschange USING btree (until) WHERE (until IS NOT NULL);

-- INDEX class_has_one_open_sheet
CREATE UNIQUE INDEX class_has_one_open_sheet ON public.students_changesheet USING btree (school_class_id) WHERE ((state)::text = ANY ((ARRAY['draft'::character varying, 'sent'::character varying, 'returned'::character varying])::text[]));

-- INDEX class_has_one_teacher
CREATE UNIQUE INDEX class_has_one_teacher ON public.students_classcharge USING btree (school_class_id) WHERE (until IS NULL);

-- INDEX confirmation_of_person
CREATE INDEX confirmation_of_person ON public.orgs_confirmation USING btree (person_id, asked_at DESC);

-- INDEX confirmation_waiting
CREATE INDEX confirmation_waiting ON public.orgs_confirmation USING btree (person_id) WHERE (confirmed_at IS NULL);

-- INDEX django_admin_log_content_type_id_c4bce8eb
CREATE INDEX django_admin_log_content_type_id_c4bce8eb ON public.django_admin_log USING btree (content_type_id);

-- INDEX django_admin_log_user_id_c564eba6
CREATE INDEX django_admin_log_user_id_c564eba6 ON public.django_admin_log USING btree (user_id);

-- INDEX django_session_expire_date_a5c62663
CREATE INDEX django_session_expire_date_a5c62663 ON public.django_session USING btree (expire_date);

-- INDEX django_session_session_key_c0390e0f_like
CREATE INDEX django_session_session_key_c0390e0f_like ON public.django_session USING btree (session_key varchar_pattern_ops);

-- INDEX dropout_of_school
CREATE INDEX dropout_of_school ON public.students_dropoutmark USING btree (school_id, state);

-- INDEX dropout_once
CREATE UNIQUE INDEX dropout_once ON public.students_dropoutmark USING btree (student_id) WHERE ((state)::text = ANY ((ARRAY['marked'::character varying, 'signed'::character varying, 'sent'::character varying])::text[]));

-- INDEX enrolment_one_open
CREATE UNIQUE INDEX enrolment_one_open ON public.students_enrolment USING btree (student_id) WHERE (upper(period) IS NULL);

-- INDEX enrolment_school
CREATE INDEX enrolment_school ON public.students_enrolment USING btree (school_id, student_id);

-- INDEX export_of_account
CREATE INDEX export_of_account ON public.students_rosterexport USING btree (asked_by_id, id DESC);

-- INDEX export_open
CREATE INDEX export_open ON public.students_rosterexport USING btree (id) WHERE ((state)::text = ANY ((ARRAY['waiting'::character varying, 'making'::character varying, 'ready'::character varying])::text[]));

-- INDEX fault_one_open_a_unit
CREATE UNIQUE INDEX fault_one_open_a_unit ON public.reviews_fault USING btree (unit_id) WHERE (closed_at IS NULL);

-- INDEX fault_unit
CREATE INDEX fault_unit ON public.reviews_fault USING btree (unit_id, id DESC);

-- INDEX graduation_one_late
CREATE UNIQUE INDEX graduation_one_late ON public.students_graduationrun USING btree (school_id, phase) WHERE (((occasion)::text = 'late'::text) AND ((state)::text = 'ready'::text));

-- INDEX graduation_one_live
CREATE UNIQUE INDEX graduation_one_live ON public.students_graduationrun USING btree (school_id, phase, cohort) WHERE ((state)::text = 'ready'::text);

-- INDEX import_live
CREATE INDEX import_live ON public.students_importbatch USING btree (id) WHERE ((state)::text = ANY ((ARRAY['waiting'::character varying, 'checking'::character varying, 'ready'::character varying, 'writing'::character varying])::text[]));

-- INDEX issuing_school
CREATE INDEX issuing_school ON public.students_issuingline USING btree (batch_id, school_id);

-- INDEX key_change_student
CREATE INDEX key_change_student ON public.students_keyinformationchange USING btree (student_id, id DESC);

-- INDEX late_of_school
CREATE INDEX late_of_school ON public.students_latechild USING btree (school_id, state);

-- INDEX late_once
CREATE UNIQUE INDEX late_once ON public.students_latechild USING btree (id_number_index) WHERE ((id_number_index IS NOT NULL) AND ((state)::text = ANY ((ARRAY['listed'::character varying, 'sent'::character varying, 'collected'::character varying])::text[])));

-- INDEX late_waiting_for_month
CREATE INDEX late_waiting_for_month ON public.students_latechild USING btree (collected_at) WHERE ((state)::text = 'collected'::text);

-- INDEX ledger_outboxmessage_dedup_cfdd0ce8_like
CREATE INDEX ledger_outboxmessage_dedup_cfdd0ce8_like ON public.ledger_outboxmessage USING btree (dedup varchar_pattern_ops);

-- INDEX ledger_tally_key_36ed78ea_like
CREATE INDEX ledger_tally_key_36ed78ea_like ON public.ledger_tally USING btree (key varchar_pattern_ops);

-- INDEX ledger_tally_until_a6afa38b
CREATE INDEX ledger_tally_until_a6afa38b ON public.ledger_tally USING btree (until);

-- INDEX month_checked_once
CREATE UNIQUE INDEX month_checked_once ON public.students_monthlycheck USING btree (province_id, month) WHERE (NOT ((state)::text = 'dropped'::text));

-- INDEX notice_list
CREATE INDEX notice_list ON public.reviews_notice USING btree (account_id, id DESC);

-- INDEX notice_unread
CREATE INDEX notice_unread ON public.reviews_notice USING btree (account_id) WHERE (read_at IS NULL);

-- INDEX number_one_current
CREATE UNIQUE INDEX number_one_current ON public.students_registrationnumber USING btree (student_id) WHERE (closed_at IS NULL);

-- INDEX offline_case
CREATE INDEX offline_case ON public.transfers_offlinetransfer USING btree (case_id);

-- INDEX offline_fault
CREATE INDEX offline_fault ON public.transfers_offlinetransfer USING btree (fault_id, paper_date);

-- INDEX offline_one_open_a_pupil
CREATE UNIQUE INDEX offline_one_open_a_pupil ON public.transfers_offlinetransfer USING btree (student_id) WHERE (closed_at IS NULL);

-- INDEX offline_one_open_a_stated_pupil
CREATE UNIQUE INDEX offline_one_open_a_stated_pupil ON public.transfers_offlinetransfer USING btree (school_id, name, sex, birth_date) WHERE ((closed_at IS NULL) AND (student_id IS NULL));

-- INDEX offline_sending
CREATE INDEX offline_sending ON public.transfers_offlinetransfer USING btree (sending_school_id) WHERE (closed_at IS NULL);

-- INDEX offline_waiting
CREATE INDEX offline_waiting ON public.transfers_offlinetransfer USING btree (school_id, paper_date, id) WHERE (closed_at IS NULL);

-- INDEX orgs_accessreview_by_id_3e4fb91a
CREATE INDEX orgs_accessreview_by_id_3e4fb91a ON public.orgs_accessreview USING btree (by_id);

-- INDEX orgs_accessreview_unit_id_04ace878
CREATE INDEX orgs_accessreview_unit_id_04ace878 ON public.orgs_accessreview USING btree (unit_id);

-- INDEX orgs_account_groups_account_id_9a5d2fb1
CREATE INDEX orgs_account_groups_account_id_9a5d2fb1 ON public.orgs_account_groups USING btree (account_id);

-- INDEX orgs_account_groups_group_id_ec13de90
CREATE INDEX orgs_account_groups_group_id_ec13de90 ON public.orgs_account_groups USING btree (group_id);

-- INDEX orgs_account_person_id_49b8e7fd
CREATE INDEX orgs_account_person_id_49b8e7fd ON public.orgs_account USING btree (person_id);

-- INDEX orgs_account_user_permissions_account_id_bc7fda9d
CREATE INDEX orgs_account_user_permissions_account_id_bc7fda9d ON public.orgs_account_user_permissions USING btree (account_id);

-- INDEX orgs_account_user_permissions_permission_id_2435794e
CREATE INDEX orgs_account_user_permissions_permission_id_2435794e ON public.orgs_account_user_permissions USING btree (permission_id);

-- INDEX orgs_account_username_9c9c44fc_like
CREATE INDEX orgs_account_username_9c9c44fc_like ON public.orgs_account USING btree (username varchar_pattern_ops);

-- INDEX orgs_apitoken_account_id_0125c985
CREATE INDEX orgs_apitoken_account_id_0125c985 ON public.orgs_apitoken USING btree (account_id);

-- INDEX orgs_apitoken_digest_2c7531b1_like
CREATE INDEX orgs_apitoken_digest_2c7531b1_like ON public.orgs_apitoken USING btree (digest varchar_pattern_ops);

-- INDEX orgs_arrangement_above_id_ceb6eb85
CREATE INDEX orgs_arrangement_above_id_ceb6eb85 ON public.orgs_arrangement USING btree (above_id);

-- INDEX orgs_arrangement_by_id_efcdfd86
CREATE INDEX orgs_arrangement_by_id_efcdfd86 ON public.orgs_arrangement USING btree (by_id);

-- INDEX orgs_confirmation_account_id_77332e91
CREATE INDEX orgs_confirmation_account_id_77332e91 ON public.orgs_confirmation USING btree (account_id);

-- INDEX orgs_confirmation_asked_by_id_2d011145
CREATE INDEX orgs_confirmation_asked_by_id_2d011145 ON public.orgs_confirmation USING btree (asked_by_id);

-- INDEX orgs_confirmation_asked_person_id_281465d7
CREATE INDEX orgs_confirmation_asked_person_id_281465d7 ON public.orgs_confirmation USING btree (asked_person_id);

-- INDEX orgs_confirmation_confirmed_by_id_8241439e
CREATE INDEX orgs_confirmation_confirmed_by_id_8241439e ON public.orgs_confirmation USING btree (confirmed_by_id);

-- INDEX orgs_confirmation_loan_id_288c76d0
CREATE INDEX orgs_confirmation_loan_id_288c76d0 ON public.orgs_confirmation USING btree (loan_id);

-- INDEX orgs_confirmation_person_id_090dae99
CREATE INDEX orgs_confirmation_person_id_090dae99 ON public.orgs_confirmation USING btree (person_id);

-- INDEX orgs_confirmation_post_id_5a0fe847
CREATE INDEX orgs_confirmation_post_id_5a0fe847 ON public.orgs_confirmation USING btree (post_id);

-- INDEX orgs_confirmation_unit_id_3e528d5a
CREATE INDEX orgs_confirmation_unit_id_3e528d5a ON public.orgs_confirmation USING btree (unit_id);

-- INDEX orgs_delegation_account_id_f7d9a034
CREATE INDEX orgs_delegation_account_id_f7d9a034 ON public.orgs_delegation USING btree (account_id);

-- INDEX orgs_delegation_post_id_9c4e5c9e
CREATE INDEX orgs_delegation_post_id_9c4e5c9e ON public.orgs_delegation USING btree (post_id);

-- INDEX orgs_onetimecode_given_by_id_d5ccfedf
CREATE INDEX orgs_onetimecode_given_by_id_d5ccfedf ON public.orgs_onetimecode USING btree (given_by_id);

-- INDEX orgs_person_staff_number_5f8bbefb_like
CREATE INDEX orgs_person_staff_number_5f8bbefb_like ON public.orgs_person USING btree (staff_number varchar_pattern_ops);

-- INDEX orgs_post_account_id_aa8d5e87
CREATE INDEX orgs_post_account_id_aa8d5e87 ON public.orgs_post USING btree (account_id);

-- INDEX orgs_post_person_id_73a2a842
CREATE INDEX orgs_post_person_id_73a2a842 ON public.orgs_post USING btree (person_id);

-- INDEX orgs_post_unit_id_f5773d0f
CREATE INDEX orgs_post_unit_id_f5773d0f ON public.orgs_post USING btree (unit_id);

-- INDEX orgs_presence_account_id_753194b0
CREATE INDEX orgs_presence_account_id_753194b0 ON public.orgs_presence USING btree (account_id);

-- INDEX orgs_schoolsystemperiod_school_id_9b037a9f
CREATE INDEX orgs_schoolsystemperiod_school_id_9b037a9f ON public.orgs_schoolsystemperiod USING btree (school_id);

-- INDEX orgs_training_person_id_81efe820
CREATE INDEX orgs_training_person_id_81efe820 ON public.orgs_training USING btree (person_id);

-- INDEX orgs_unit_authority_id_50deddc6
CREATE INDEX orgs_unit_authority_id_50deddc6 ON public.orgs_unit USING btree (authority_id);

-- INDEX orgs_unit_code_9eda8103_like
CREATE INDEX orgs_unit_code_9eda8103_like ON public.orgs_unit USING btree (code varchar_pattern_ops);

-- INDEX orgs_unit_league_id_db113e06
CREATE INDEX orgs_unit_league_id_db113e06 ON public.orgs_unit USING btree (league_id);

-- INDEX orgs_unit_path_5b0c432f
CREATE INDEX orgs_unit_path_5b0c432f ON public.orgs_unit USING btree (path);

-- INDEX orgs_unit_path_5b0c432f_like
CREATE INDEX orgs_unit_path_5b0c432f_like ON public.orgs_unit USING btree (path varchar_pattern_ops);

-- INDEX orgs_unit_province_id_ca6ae3fe
CREATE INDEX orgs_unit_province_id_ca6ae3fe ON public.orgs_unit USING btree (province_id);

-- INDEX orgs_unit_successor_id_aa9c6da8
CREATE INDEX orgs_unit_successor_id_aa9c6da8 ON public.orgs_unit USING btree (successor_id);

-- INDEX otp_static_staticdevice_user_id_7f9cff2b
CREATE INDEX otp_static_staticdevice_user_id_7f9cff2b ON public.otp_static_staticdevice USING btree (user_id);

-- INDEX otp_static_statictoken_device_id_74b7c7d1
CREATE INDEX otp_static_statictoken_device_id_74b7c7d1 ON public.otp_static_statictoken USING btree (device_id);

-- INDEX otp_static_statictoken_token_d0a51866
CREATE INDEX otp_static_statictoken_token_d0a51866 ON public.otp_static_statictoken USING btree (token);

-- INDEX otp_static_statictoken_token_d0a51866_like
CREATE INDEX otp_static_statictoken_token_d0a51866_like ON public.otp_static_statictoken USING btree (token varchar_pattern_ops);

-- INDEX otp_totp_totpdevice_user_id_0fb18292
CREATE INDEX otp_totp_totpdevice_user_id_0fb18292 ON public.otp_totp_totpdevice USING btree (user_id);

-- INDEX outbox_waiting
CREATE INDEX outbox_waiting ON public.ledger_outboxmessage USING btree (available_at, id) WHERE (delivered_at IS NULL);

-- INDEX overdue_unit
CREATE INDEX overdue_unit ON public.reviews_overduerecord USING btree (unit_id, bulletin_due_on);

-- INDEX photo_of_student
CREATE INDEX photo_of_student ON public.students_pupilphoto USING btree (student_id, id DESC);

-- INDEX post_unit_role
CREATE INDEX post_unit_role ON public.orgs_post USING btree (unit_id, role);

-- INDEX print_batch_open
CREATE INDEX print_batch_open ON public.students_printbatch USING btree (id) WHERE ((state)::text = ANY ((ARRAY['waiting'::character varying, 'drawing'::character varying, 'ready'::character varying])::text[]));

-- INDEX print_batch_unit
CREATE INDEX print_batch_unit ON public.students_printbatch USING btree (unit_id, id DESC);

-- INDEX print_of_student
CREATE INDEX print_of_student ON public.students_sheetprint USING btree (student_id, id DESC);

-- INDEX print_of_unit
CREATE INDEX print_of_unit ON public.students_sheetprint USING btree (unit_id, id DESC);

-- INDEX problem_open_once
CREATE UNIQUE INDEX problem_open_once ON public.students_problemrecord USING btree (student_id, kind) WHERE (closed_at IS NULL);

-- INDEX problem_open_twin
CREATE INDEX problem_open_twin ON public.students_problemrecord USING btree (twin_id) WHERE (closed_at IS NULL);

-- INDEX record_permit_holders
CREATE INDEX record_permit_holders ON public.students_pupilrecord USING btree (student_id) WHERE permit_held;

-- INDEX recruited_of_school
CREATE INDEX recruited_of_school ON public.students_recruitedpupil USING btree (school_id, state);

-- INDEX recruited_once
CREATE UNIQUE INDEX recruited_once ON public.students_recruitedpupil USING btree (student_id) WHERE ((state)::text = ANY ((ARRAY['listed'::character varying, 'sent'::character varying, 'admitted'::character varying])::text[]));

-- INDEX recruited_story
CREATE INDEX recruited_story ON public.students_recruitedpupil USING btree (student_id, id DESC);

-- INDEX reviews_act_account_id_39ba9b50
CREATE INDEX reviews_act_account_id_39ba9b50 ON public.reviews_act USING btree (account_id);

-- INDEX reviews_act_case_id_974c4a03
CREATE INDEX reviews_act_case_id_974c4a03 ON public.reviews_act USING btree (case_id);

-- INDEX reviews_act_step_id_39e3df88
CREATE INDEX reviews_act_step_id_39e3df88 ON public.reviews_act USING btree (step_id);

-- INDEX reviews_act_unit_id_9f144682
CREATE INDEX reviews_act_unit_id_9f144682 ON public.reviews_act USING btree (unit_id);

-- INDEX reviews_attachment_case_id_30e45530
CREATE INDEX reviews_attachment_case_id_30e45530 ON public.reviews_attachment USING btree (case_id);

-- INDEX reviews_attachment_uploaded_by_id_b311e8aa
CREATE INDEX reviews_attachment_uploaded_by_id_b311e8aa ON public.reviews_attachment USING btree (uploaded_by_id);

-- INDEX reviews_case_copied_from_id_66684971
CREATE INDEX reviews_case_copied_from_id_66684971 ON public.reviews_case USING btree (copied_from_id);

-- INDEX reviews_case_created_by_id_bbe74707
CREATE INDEX reviews_case_created_by_id_bbe74707 ON public.reviews_case USING btree (created_by_id);

-- INDEX reviews_case_exclusive_key_c63bdde1_like
CREATE INDEX reviews_case_exclusive_key_c63bdde1_like ON public.reviews_case USING btree (exclusive_key varchar_pattern_ops);

-- INDEX reviews_case_holder_id_72febabc
CREATE INDEX reviews_case_holder_id_72febabc ON public.reviews_case USING btree (holder_id);

-- INDEX reviews_case_number_e75d4e95_like
CREATE INDEX reviews_case_number_e75d4e95_like ON public.reviews_case USING btree (number varchar_pattern_ops);

-- INDEX reviews_case_receiving_unit_id_f554a976
CREATE INDEX reviews_case_receiving_unit_id_f554a976 ON public.reviews_case USING btree (receiving_unit_id);

-- INDEX reviews_case_route_id_4c61d398
CREATE INDEX reviews_case_route_id_4c61d398 ON public.reviews_case USING btree (route_id);

-- INDEX reviews_case_sending_unit_id_e3440479
CREATE INDEX reviews_case_sending_unit_id_e3440479 ON public.reviews_case USING btree (sending_unit_id);

-- INDEX reviews_fault_closed_by_id_4076c2e8
CREATE INDEX reviews_fault_closed_by_id_4076c2e8 ON public.reviews_fault USING btree (closed_by_id);

-- INDEX reviews_fault_closed_from_id_f433fe23
CREATE INDEX reviews_fault_closed_from_id_f433fe23 ON public.reviews_fault USING btree (closed_from_id);

-- INDEX reviews_fault_number_c290e7d5_like
CREATE INDEX reviews_fault_number_c290e7d5_like ON public.reviews_fault USING btree (number varchar_pattern_ops);

-- INDEX reviews_fault_opened_by_id_5152aecf
CREATE INDEX reviews_fault_opened_by_id_5152aecf ON public.reviews_fault USING btree (opened_by_id);

-- INDEX reviews_fault_opened_from_id_cdbd8b84
CREATE INDEX reviews_fault_opened_from_id_cdbd8b84 ON public.reviews_fault USING btree (opened_from_id);

-- INDEX reviews_fault_unit_id_bf143aae
CREATE INDEX reviews_fault_unit_id_bf143aae ON public.reviews_fault USING btree (unit_id);

-- INDEX reviews_forbiddenphrase_province_id_f9d677b2
CREATE INDEX reviews_forbiddenphrase_province_id_f9d677b2 ON public.reviews_forbiddenphrase USING btree (province_id);

-- INDEX reviews_limit_province_id_bfdc4f7c
CREATE INDEX reviews_limit_province_id_bfdc4f7c ON public.reviews_limit USING btree (province_id);

-- INDEX reviews_notice_account_id_ee9d1a9e
CREATE INDEX reviews_notice_account_id_ee9d1a9e ON public.reviews_notice USING btree (account_id);

-- INDEX reviews_notice_case_id_cc6ec6b5
CREATE INDEX reviews_notice_case_id_cc6ec6b5 ON public.reviews_notice USING btree (case_id);

-- INDEX reviews_overduerecord_case_id_89a3a910
CREATE INDEX reviews_overduerecord_case_id_89a3a910 ON public.reviews_overduerecord USING btree (case_id);

-- INDEX reviews_overduerecord_unit_id_23c0d89d
CREATE INDEX reviews_overduerecord_unit_id_23c0d89d ON public.reviews_overduerecord USING btree (unit_id);

-- INDEX reviews_quickphrase_account_id_eec28c2d
CREATE INDEX reviews_quickphrase_account_id_eec28c2d ON public.reviews_quickphrase USING btree (account_id);

-- INDEX reviews_quickphrase_unit_id_f8f4d2a9
CREATE INDEX reviews_quickphrase_unit_id_f8f4d2a9 ON public.reviews_quickphrase USING btree (unit_id);

-- INDEX reviews_refusalreason_province_id_4d100afe
CREATE INDEX reviews_refusalreason_province_id_4d100afe ON public.reviews_refusalreason USING btree (province_id);

-- INDEX reviews_route_province_id_47ea3059
CREATE INDEX reviews_route_province_id_47ea3059 ON public.reviews_route USING btree (province_id);

-- INDEX reviews_step_asked_by_id_ca1c967e
CREATE INDEX reviews_step_asked_by_id_ca1c967e ON public.reviews_step USING btree (asked_by_id);

-- INDEX reviews_step_case_id_5445b9b1
CREATE INDEX reviews_step_case_id_5445b9b1 ON public.reviews_step USING btree (case_id);

-- INDEX reviews_step_first_opened_by_id_1adb42c2
CREATE INDEX reviews_step_first_opened_by_id_1adb42c2 ON public.reviews_step USING btree (first_opened_by_id);

-- INDEX reviews_step_handler_id_41a8263f
CREATE INDEX reviews_step_handler_id_41a8263f ON public.reviews_step USING btree (handler_id);

-- INDEX reviews_step_handler_person_id_4da06232
CREATE INDEX reviews_step_handler_person_id_4da06232 ON public.reviews_step USING btree (handler_person_id);

-- INDEX reviews_step_recall_of_id_c0a5e551
CREATE INDEX reviews_step_recall_of_id_c0a5e551 ON public.reviews_step USING btree (recall_of_id);

-- INDEX reviews_step_resumes_id_f1088c1d
CREATE INDEX reviews_step_resumes_id_f1088c1d ON public.reviews_step USING btree (resumes_id);

-- INDEX reviews_step_signer_id_642a4702
CREATE INDEX reviews_step_signer_id_642a4702 ON public.reviews_step USING btree (signer_id);

-- INDEX reviews_step_signer_person_id_35dfc838
CREATE INDEX reviews_step_signer_person_id_35dfc838 ON public.reviews_step USING btree (signer_person_id);

-- INDEX reviews_step_unit_id_f9720b5a
CREATE INDEX reviews_step_unit_id_f9720b5a ON public.reviews_step USING btree (unit_id);

-- INDEX reviews_vacation_province_id_23b01da6
CREATE INDEX reviews_vacation_province_id_23b01da6 ON public.reviews_vacation USING btree (province_id);

-- INDEX reviews_wallappeal_account_id_98f13a12
CREATE INDEX reviews_wallappeal_account_id_98f13a12 ON public.reviews_wallappeal USING btree (account_id);

-- INDEX reviews_wallappeal_case_id_80e3714e
CREATE INDEX reviews_wallappeal_case_id_80e3714e ON public.reviews_wallappeal USING btree (case_id);

-- INDEX reviews_wallappeal_decider_id_d063c505
CREATE INDEX reviews_wallappeal_decider_id_d063c505 ON public.reviews_wallappeal USING btree (decider_id);

-- INDEX reviews_wallappeal_decider_person_id_1bbeca97
CREATE INDEX reviews_wallappeal_decider_person_id_1bbeca97 ON public.reviews_wallappeal USING btree (decider_person_id);

-- INDEX reviews_wallappeal_person_id_5116bb53
CREATE INDEX reviews_wallappeal_person_id_5116bb53 ON public.reviews_wallappeal USING btree (person_id);

-- INDEX reviews_wallappeal_phrase_id_fc365319
CREATE INDEX reviews_wallappeal_phrase_id_fc365319 ON public.reviews_wallappeal USING btree (phrase_id);

-- INDEX reviews_wallappeal_step_id_264a99fd
CREATE INDEX reviews_wallappeal_step_id_264a99fd ON public.reviews_wallappeal USING btree (step_id);

-- INDEX reviews_wallappeal_unit_id_4daa8abc
CREATE INDEX reviews_wallappeal_unit_id_4daa8abc ON public.reviews_wallappeal USING btree (unit_id);

-- INDEX reviews_wallappeal_upper_id_5bdb09a7
CREATE INDEX reviews_wallappeal_upper_id_5bdb09a7 ON public.reviews_wallappeal USING btree (upper_id);

-- INDEX reviews_wallmark_account_id_ff0e4426
CREATE INDEX reviews_wallmark_account_id_ff0e4426 ON public.reviews_wallmark USING btree (account_id);

-- INDEX reviews_wallmark_case_id_0b65ec79
CREATE INDEX reviews_wallmark_case_id_0b65ec79 ON public.reviews_wallmark USING btree (case_id);

-- INDEX reviews_wallmark_rule_id_613c38ee
CREATE INDEX reviews_wallmark_rule_id_613c38ee ON public.reviews_wallmark USING btree (rule_id);

-- INDEX reviews_wallmark_step_id_e83868da
CREATE INDEX reviews_wallmark_step_id_e83868da ON public.reviews_wallmark USING btree (step_id);

-- INDEX reviews_wallwords_province_id_134715f9
CREATE INDEX reviews_wallwords_province_id_134715f9 ON public.reviews_wallwords USING btree (province_id);

-- INDEX reviews_window_province_id_4be6355b
CREATE INDEX reviews_window_province_id_4be6355b ON public.reviews_window USING btree (province_id);

-- INDEX reviews_yearrow_province_id_7a2c0cdc
CREATE INDEX reviews_yearrow_province_id_7a2c0cdc ON public.reviews_yearrow USING btree (province_id);

-- INDEX step_bulletin
CREATE INDEX step_bulletin ON public.reviews_step USING btree (bulletin_due_on) WHERE (closed_at IS NULL);

-- INDEX step_due
CREATE INDEX step_due ON public.reviews_step USING btree (due_on) WHERE (closed_at IS NULL);

-- INDEX step_one_open_per_case
CREATE UNIQUE INDEX step_one_open_per_case ON public.reviews_step USING btree (case_id) WHERE (closed_at IS NULL);

-- INDEX step_refusals
CREATE INDEX step_refusals ON public.reviews_step USING btree (unit_id, signed_at DESC, id DESC) INCLUDE (outcome, stage, reason) WHERE ((outcome)::text = ANY ((ARRAY['refuse'::character varying, 'send_back'::character varying])::text[]));

-- INDEX step_refused_at
CREATE INDEX step_refused_at ON public.reviews_step USING btree (signed_at DESC, id DESC) WHERE ((outcome)::text = ANY ((ARRAY['refuse'::character varying, 'send_back'::character varying])::text[]));

-- INDEX step_warn
CREATE INDEX step_warn ON public.reviews_step USING btree (next_warn_on) WHERE (closed_at IS NULL);

-- INDEX student_id_number
CREATE INDEX student_id_number ON public.students_student USING btree (id_number_index);

-- INDEX student_of_grade
CREATE INDEX student_of_grade ON public.students_student USING btree (school_id, phase, cohort);

-- INDEX student_person
CREATE INDEX student_person ON public.students_student USING btree (name, birth_date, sex);

-- INDEX student_roster
CREATE INDEX student_roster ON public.students_student USING btree (school_id, cohort DESC, name);

-- INDEX students_bulletin_number_31b42149_like
CREATE INDEX students_bulletin_number_31b42149_like ON public.students_bulletin USING btree (number varchar_pattern_ops);

-- INDEX students_bulletin_proposed_by_id_60673027
CREATE INDEX students_bulletin_proposed_by_id_60673027 ON public.students_bulletin USING btree (proposed_by_id);

-- INDEX students_bulletin_province_id_a5d5c798
CREATE INDEX students_bulletin_province_id_a5d5c798 ON public.students_bulletin USING btree (province_id);

-- INDEX students_bulletin_published_by_id_eba08e4a
CREATE INDEX students_bulletin_published_by_id_eba08e4a ON public.students_bulletin USING btree (published_by_id);

-- INDEX students_bulletin_recounted_by_id_041bcd59
CREATE INDEX students_bulletin_recounted_by_id_041bcd59 ON public.students_bulletin USING btree (recounted_by_id);

-- INDEX students_bulletinline_bulletin_id_01517215
CREATE INDEX students_bulletinline_bulletin_id_01517215 ON public.students_bulletinline USING btree (bulletin_id);

-- INDEX students_bulletinline_reply_by_id_31bf2e27
CREATE INDEX students_bulletinline_reply_by_id_31bf2e27 ON public.students_bulletinline USING btree (reply_by_id);

-- INDEX students_bulletinline_unit_id_890d9b78
CREATE INDEX students_bulletinline_unit_id_890d9b78 ON public.students_bulletinline USING btree (unit_id);

-- INDEX students_changepolicy_province_id_1af5b840
CREATE INDEX students_changepolicy_province_id_1af5b840 ON public.students_changepolicy USING btree (province_id);

-- INDEX students_changesheet_decided_by_id_8da15fe6
CREATE INDEX students_changesheet_decided_by_id_8da15fe6 ON public.students_changesheet USING btree (decided_by_id);

-- INDEX students_changesheet_number_2eef8174_like
CREATE INDEX students_changesheet_number_2eef8174_like ON public.students_changesheet USING btree (number varchar_pattern_ops);

-- INDEX students_changesheet_prepared_by_id_aff7bbf7
CREATE INDEX students_changesheet_prepared_by_id_aff7bbf7 ON public.students_changesheet USING btree (prepared_by_id);

-- INDEX students_changesheet_school_class_id_3d8e9dcb
CREATE INDEX students_changesheet_school_class_id_3d8e9dcb ON public.students_changesheet USING btree (school_class_id);

-- INDEX students_changesheetline_sheet_id_510731a0
CREATE INDEX students_changesheetline_sheet_id_510731a0 ON public.students_changesheetline USING btree (sheet_id);

-- INDEX students_changesheetline_student_id_29a7f61d
CREATE INDEX students_changesheetline_student_id_29a7f61d ON public.students_changesheetline USING btree (student_id);

-- INDEX students_classcharge_account_id_4cf1d509
CREATE INDEX students_classcharge_account_id_4cf1d509 ON public.students_classcharge USING btree (account_id);

-- INDEX students_classcharge_school_class_id_ecf1823a
CREATE INDEX students_classcharge_school_class_id_ecf1823a ON public.students_classcharge USING btree (school_class_id);

-- INDEX students_classcharge_set_by_id_d6e9e134
CREATE INDEX students_classcharge_set_by_id_d6e9e134 ON public.students_classcharge USING btree (set_by_id);

-- INDEX students_contactattempt_change_id_e74df680
CREATE INDEX students_contactattempt_change_id_e74df680 ON public.students_contactattempt USING btree (change_id);

-- INDEX students_dropoutmark_marked_by_id_4356ada9
CREATE INDEX students_dropoutmark_marked_by_id_4356ada9 ON public.students_dropoutmark USING btree (marked_by_id);

-- INDEX students_dropoutmark_number_b27bc617_like
CREATE INDEX students_dropoutmark_number_b27bc617_like ON public.students_dropoutmark USING btree (number varchar_pattern_ops);

-- INDEX students_dropoutmark_school_id_25e4d942
CREATE INDEX students_dropoutmark_school_id_25e4d942 ON public.students_dropoutmark USING btree (school_id);

-- INDEX students_dropoutmark_signed_by_id_c1d50abf
CREATE INDEX students_dropoutmark_signed_by_id_c1d50abf ON public.students_dropoutmark USING btree (signed_by_id);

-- INDEX students_dropoutmark_student_id_6c2bb937
CREATE INDEX students_dropoutmark_student_id_6c2bb937 ON public.students_dropoutmark USING btree (student_id);

-- INDEX students_enrolment_school_id_f66dbfc2
CREATE INDEX students_enrolment_school_id_f66dbfc2 ON public.students_enrolment USING btree (school_id);

-- INDEX students_enrolment_student_id_3fd2a934
CREATE INDEX students_enrolment_student_id_3fd2a934 ON public.students_enrolment USING btree (student_id);

-- INDEX students_fieldchange_by_id_c93f9585
CREATE INDEX students_fieldchange_by_id_c93f9585 ON public.students_fieldchange USING btree (by_id);

-- INDEX students_fieldchange_student_id_8cc5d08a
CREATE INDEX students_fieldchange_student_id_8cc5d08a ON public.students_fieldchange USING btree (student_id);

-- INDEX students_graduationcorrection_student_id_cc32a997
CREATE INDEX students_graduationcorrection_student_id_cc32a997 ON public.students_graduationcorrection USING btree (student_id);

-- INDEX students_graduationline_run_id_9e4d7256
CREATE INDEX students_graduationline_run_id_9e4d7256 ON public.students_graduationline USING btree (run_id);

-- INDEX students_graduationline_student_id_f9ced23f
CREATE INDEX students_graduationline_student_id_f9ced23f ON public.students_graduationline USING btree (student_id);

-- INDEX students_graduationrun_number_572918a9_like
CREATE INDEX students_graduationrun_number_572918a9_like ON public.students_graduationrun USING btree (number varchar_pattern_ops);

-- INDEX students_graduationrun_prepared_by_id_2a4b6ac5
CREATE INDEX students_graduationrun_prepared_by_id_2a4b6ac5 ON public.students_graduationrun USING btree (prepared_by_id);

-- INDEX students_graduationrun_school_id_922c168b
CREATE INDEX students_graduationrun_school_id_922c168b ON public.students_graduationrun USING btree (school_id);

-- INDEX students_graduationrun_signed_by_id_6c04744d
CREATE INDEX students_graduationrun_signed_by_id_6c04744d ON public.students_graduationrun USING btree (signed_by_id);

-- INDEX students_guardian_student_id_14c6c5a6
CREATE INDEX students_guardian_student_id_14c6c5a6 ON public.students_guardian USING btree (student_id);

-- INDEX students_headcountcell_school_id_beda5de7
CREATE INDEX students_headcountcell_school_id_beda5de7 ON public.students_headcountcell USING btree (school_id);

-- INDEX students_importbatch_asked_by_id_254ff999
CREATE INDEX students_importbatch_asked_by_id_254ff999 ON public.students_importbatch USING btree (asked_by_id);

-- INDEX students_importbatch_number_d40ec354_like
CREATE INDEX students_importbatch_number_d40ec354_like ON public.students_importbatch USING btree (number varchar_pattern_ops);

-- INDEX students_importbatch_unit_id_9f433efc
CREATE INDEX students_importbatch_unit_id_9f433efc ON public.students_importbatch USING btree (unit_id);

-- INDEX students_issuingbatch_confirmed_by_id_dc62327f
CREATE INDEX students_issuingbatch_confirmed_by_id_dc62327f ON public.students_issuingbatch USING btree (confirmed_by_id);

-- INDEX students_issuingbatch_number_abb79291_like
CREATE INDEX students_issuingbatch_number_abb79291_like ON public.students_issuingbatch USING btree (number varchar_pattern_ops);

-- INDEX students_issuingbatch_prepared_by_id_b8302027
CREATE INDEX students_issuingbatch_prepared_by_id_b8302027 ON public.students_issuingbatch USING btree (prepared_by_id);

-- INDEX students_issuingbatch_province_id_8f451f49
CREATE INDEX students_issuingbatch_province_id_8f451f49 ON public.students_issuingbatch USING btree (province_id);

-- INDEX students_issuingline_batch_id_3ed47889
CREATE INDEX students_issuingline_batch_id_3ed47889 ON public.students_issuingline USING btree (batch_id);

-- INDEX students_issuingline_school_id_100a5d9f
CREATE INDEX students_issuingline_school_id_100a5d9f ON public.students_issuingline USING btree (school_id);

-- INDEX students_issuingline_student_id_3c25b8bf
CREATE INDEX students_issuingline_student_id_3c25b8bf ON public.students_issuingline USING btree (student_id);

-- INDEX students_keyinformationchange_student_id_978f0f4e
CREATE INDEX students_keyinformationchange_student_id_978f0f4e ON public.students_keyinformationchange USING btree (student_id);

-- INDEX students_knowntwins_first_id_d3e382f7
CREATE INDEX students_knowntwins_first_id_d3e382f7 ON public.students_knowntwins USING btree (first_id);

-- INDEX students_knowntwins_second_id_59c13609
CREATE INDEX students_knowntwins_second_id_59c13609 ON public.students_knowntwins USING btree (second_id);

-- INDEX students_latechild_case_id_634d176c
CREATE INDEX students_latechild_case_id_634d176c ON public.students_latechild USING btree (case_id);

-- INDEX students_latechild_found_id_a0386eb8
CREATE INDEX students_latechild_found_id_a0386eb8 ON public.students_latechild USING btree (found_id);

-- INDEX students_latechild_listed_by_id_002fd92c
CREATE INDEX students_latechild_listed_by_id_002fd92c ON public.students_latechild USING btree (listed_by_id);

-- INDEX students_latechild_month_id_b7a9e512
CREATE INDEX students_latechild_month_id_b7a9e512 ON public.students_latechild USING btree (month_id);

-- INDEX students_latechild_school_id_f6c592cb
CREATE INDEX students_latechild_school_id_f6c592cb ON public.students_latechild USING btree (school_id);

-- INDEX students_monthlycheck_closed_by_id_9cdcbf6e
CREATE INDEX students_monthlycheck_closed_by_id_9cdcbf6e ON public.students_monthlycheck USING btree (closed_by_id);

-- INDEX students_monthlycheck_number_b91358d8_like
CREATE INDEX students_monthlycheck_number_b91358d8_like ON public.students_monthlycheck USING btree (number varchar_pattern_ops);

-- INDEX students_monthlycheck_province_id_d83e9f30
CREATE INDEX students_monthlycheck_province_id_d83e9f30 ON public.students_monthlycheck USING btree (province_id);

-- INDEX students_monthlycheck_sent_by_id_e8e24d19
CREATE INDEX students_monthlycheck_sent_by_id_e8e24d19 ON public.students_monthlycheck USING btree (sent_by_id);

-- INDEX students_numberdeletion_kept_id_4ccea562
CREATE INDEX students_numberdeletion_kept_id_4ccea562 ON public.students_numberdeletion USING btree (kept_id);

-- INDEX students_numberdeletion_problem_id_25170697
CREATE INDEX students_numberdeletion_problem_id_25170697 ON public.students_numberdeletion USING btree (problem_id);

-- INDEX students_numberdeletion_student_id_a967799a
CREATE INDEX students_numberdeletion_student_id_a967799a ON public.students_numberdeletion USING btree (student_id);

-- INDEX students_printbatch_asked_by_id_3f48a0df
CREATE INDEX students_printbatch_asked_by_id_3f48a0df ON public.students_printbatch USING btree (asked_by_id);

-- INDEX students_printbatch_number_b6121f6a_like
CREATE INDEX students_printbatch_number_b6121f6a_like ON public.students_printbatch USING btree (number varchar_pattern_ops);

-- INDEX students_printbatch_school_class_id_ac575d0b
CREATE INDEX students_printbatch_school_class_id_ac575d0b ON public.students_printbatch USING btree (school_class_id);

-- INDEX students_printbatch_school_id_242d34f6
CREATE INDEX students_printbatch_school_id_242d34f6 ON public.students_printbatch USING btree (school_id);

-- INDEX students_printbatch_unit_id_59f44449
CREATE INDEX students_printbatch_unit_id_59f44449 ON public.students_printbatch USING btree (unit_id);

-- INDEX students_problemanswer_problem_id_ba91addd
CREATE INDEX students_problemanswer_problem_id_ba91addd ON public.students_problemanswer USING btree (problem_id);

-- INDEX students_problemrecord_student_id_39c3dd63
CREATE INDEX students_problemrecord_student_id_39c3dd63 ON public.students_problemrecord USING btree (student_id);

-- INDEX students_problemrecord_twin_id_aeda58e7
CREATE INDEX students_problemrecord_twin_id_aeda58e7 ON public.students_problemrecord USING btree (twin_id);

-- INDEX students_promotioncount_province_id_adc57f59
CREATE INDEX students_promotioncount_province_id_adc57f59 ON public.students_promotioncount USING btree (province_id);

-- INDEX students_pupilphoto_student_id_ca02759e
CREATE INDEX students_pupilphoto_student_id_ca02759e ON public.students_pupilphoto USING btree (student_id);

-- INDEX students_pupilphoto_taken_by_id_04378ab2
CREATE INDEX students_pupilphoto_taken_by_id_04378ab2 ON public.students_pupilphoto USING btree (taken_by_id);

-- INDEX students_recordremoval_kept_id_dacb08b5
CREATE INDEX students_recordremoval_kept_id_dacb08b5 ON public.students_recordremoval USING btree (kept_id);

-- INDEX students_recruitedpupil_case_id_89ccd52f
CREATE INDEX students_recruitedpupil_case_id_89ccd52f ON public.students_recruitedpupil USING btree (case_id);

-- INDEX students_recruitedpupil_class_was_id_2846fcf9
CREATE INDEX students_recruitedpupil_class_was_id_2846fcf9 ON public.students_recruitedpupil USING btree (class_was_id);

-- INDEX students_recruitedpupil_graduated_from_id_05c578e3
CREATE INDEX students_recruitedpupil_graduated_from_id_05c578e3 ON public.students_recruitedpupil USING btree (graduated_from_id);

-- INDEX students_recruitedpupil_listed_by_id_02ca974f
CREATE INDEX students_recruitedpupil_listed_by_id_02ca974f ON public.students_recruitedpupil USING btree (listed_by_id);

-- INDEX students_recruitedpupil_reporting_by_id_9fa7c32f
CREATE INDEX students_recruitedpupil_reporting_by_id_9fa7c32f ON public.students_recruitedpupil USING btree (reporting_by_id);

-- INDEX students_recruitedpupil_school_id_fffa1946
CREATE INDEX students_recruitedpupil_school_id_fffa1946 ON public.students_recruitedpupil USING btree (school_id);

-- INDEX students_recruitedpupil_student_id_e00cd0d5
CREATE INDEX students_recruitedpupil_student_id_e00cd0d5 ON public.students_recruitedpupil USING btree (student_id);

-- INDEX students_recruitmentreturn_came_by_id_4a8de10d
CREATE INDEX students_recruitmentreturn_came_by_id_4a8de10d ON public.students_recruitmentreturn USING btree (came_by_id);

-- INDEX students_recruitmentreturn_student_id_1a81fcb9
CREATE INDEX students_recruitmentreturn_student_id_1a81fcb9 ON public.students_recruitmentreturn USING btree (student_id);

-- INDEX students_registrationnumber_student_id_b68c49ed
CREATE INDEX students_registrationnumber_student_id_b68c49ed ON public.students_registrationnumber USING btree (student_id);

-- INDEX students_rosterexport_asked_by_id_c2e837a2
CREATE INDEX students_rosterexport_asked_by_id_c2e837a2 ON public.students_rosterexport USING btree (asked_by_id);

-- INDEX students_rosterexport_number_688b753f_like
CREATE INDEX students_rosterexport_number_688b753f_like ON public.students_rosterexport USING btree (number varchar_pattern_ops);

-- INDEX students_rosterexport_unit_id_10e59efa
CREATE INDEX students_rosterexport_unit_id_10e59efa ON public.students_rosterexport USING btree (unit_id);

-- INDEX students_sampledpupil_found_by_id_f9deefd3
CREATE INDEX students_sampledpupil_found_by_id_f9deefd3 ON public.students_sampledpupil USING btree (found_by_id);

-- INDEX students_sampledpupil_part_id_1c7600b5
CREATE INDEX students_sampledpupil_part_id_1c7600b5 ON public.students_sampledpupil USING btree (part_id);

-- INDEX students_sampledpupil_student_id_a28518d7
CREATE INDEX students_sampledpupil_student_id_a28518d7 ON public.students_sampledpupil USING btree (student_id);

-- INDEX students_schoolclass_school_id_92e3329f
CREATE INDEX students_schoolclass_school_id_92e3329f ON public.students_schoolclass USING btree (school_id);

-- INDEX students_schoolverification_round_id_82a4933b
CREATE INDEX students_schoolverification_round_id_82a4933b ON public.students_schoolverification USING btree (round_id);

-- INDEX students_schoolverification_school_id_bd289f50
CREATE INDEX students_schoolverification_school_id_bd289f50 ON public.students_schoolverification USING btree (school_id);

-- INDEX students_schoolverification_signed_by_id_4ebf38b7
CREATE INDEX students_schoolverification_signed_by_id_4ebf38b7 ON public.students_schoolverification USING btree (signed_by_id);

-- INDEX students_schoolverification_submitted_by_id_d8c51c29
CREATE INDEX students_schoolverification_submitted_by_id_d8c51c29 ON public.students_schoolverification USING btree (submitted_by_id);

-- INDEX students_sheetprint_batch_id_438da206
CREATE INDEX students_sheetprint_batch_id_438da206 ON public.students_sheetprint USING btree (batch_id);

-- INDEX students_sheetprint_by_id_42780c4e
CREATE INDEX students_sheetprint_by_id_42780c4e ON public.students_sheetprint USING btree (by_id);

-- INDEX students_sheetprint_enrolment_id_d3151396
CREATE INDEX students_sheetprint_enrolment_id_d3151396 ON public.students_sheetprint USING btree (enrolment_id);

-- INDEX students_sheetprint_serial_e4e3479f_like
CREATE INDEX students_sheetprint_serial_e4e3479f_like ON public.students_sheetprint USING btree (serial varchar_pattern_ops);

-- INDEX students_sheetprint_student_id_c8e1339c
CREATE INDEX students_sheetprint_student_id_c8e1339c ON public.students_sheetprint USING btree (student_id);

-- INDEX students_sheetprint_unit_id_981c7f01
CREATE INDEX students_sheetprint_unit_id_981c7f01 ON public.students_sheetprint USING btree (unit_id);

-- INDEX students_statuschange_reason_id_fedef3d5
CREATE INDEX students_statuschange_reason_id_fedef3d5 ON public.students_statuschange USING btree (reason_id);

-- INDEX students_statuschange_school_class_id_84534349
CREATE INDEX students_statuschange_school_class_id_84534349 ON public.students_statuschange USING btree (school_class_id);

-- INDEX students_statuschange_student_id_a6fc6a73
CREATE INDEX students_statuschange_student_id_a6fc6a73 ON public.students_statuschange USING btree (student_id);

-- INDEX students_student_school_class_id_8714309a
CREATE INDEX students_student_school_class_id_8714309a ON public.students_student USING btree (school_class_id);

-- INDEX students_student_school_id_be4a7ab9
CREATE INDEX students_student_school_id_be4a7ab9 ON public.students_student USING btree (school_id);

-- INDEX students_takenback_line_id_69aeb34c
CREATE INDEX students_takenback_line_id_69aeb34c ON public.students_takenback USING btree (line_id);

-- INDEX students_takenback_student_id_26e68997
CREATE INDEX students_takenback_student_id_26e68997 ON public.students_takenback USING btree (student_id);

-- INDEX students_twindecision_first_id_7229308a
CREATE INDEX students_twindecision_first_id_7229308a ON public.students_twindecision USING btree (first_id);

-- INDEX students_twindecision_second_id_202b7672
CREATE INDEX students_twindecision_second_id_202b7672 ON public.students_twindecision USING btree (second_id);

-- INDEX students_verificationround_authority_id_d2f1a537
CREATE INDEX students_verificationround_authority_id_d2f1a537 ON public.students_verificationround USING btree (authority_id);

-- INDEX students_verificationround_number_96eac44c_like
CREATE INDEX students_verificationround_number_96eac44c_like ON public.students_verificationround USING btree (number varchar_pattern_ops);

-- INDEX students_verificationround_opened_by_id_c28f10cb
CREATE INDEX students_verificationround_opened_by_id_c28f10cb ON public.students_verificationround USING btree (opened_by_id);

-- INDEX students_verificationround_signed_by_id_16ba1abf
CREATE INDEX students_verificationround_signed_by_id_16ba1abf ON public.students_verificationround USING btree (signed_by_id);

-- INDEX students_verificationround_submitted_by_id_dc462421
CREATE INDEX students_verificationround_submitted_by_id_dc462421 ON public.students_verificationround USING btree (submitted_by_id);

-- INDEX ticket_handler
CREATE INDEX ticket_handler ON public.tickets_ticket USING btree (handling_unit_id, id DESC);

-- INDEX ticket_holder
CREATE INDEX ticket_holder ON public.tickets_ticket USING btree (holder_id, id DESC) WHERE ((state)::text = ANY ((ARRAY['drafted'::character varying, 'issued'::character varying, 'accepted'::character varying, 'returned'::character varying, 'answered'::character varying, 'confirmed'::character varying])::text[]));

-- INDEX ticket_issuer
CREATE INDEX ticket_issuer ON public.tickets_ticket USING btree (issuing_unit_id, id DESC);

-- INDEX ticket_overdue
CREATE INDEX ticket_overdue ON public.tickets_ticket USING btree (complete_by) WHERE ((state)::text = ANY ((ARRAY['issued'::character varying, 'accepted'::character varying, 'returned'::character varying])::text[]));

-- INDEX ticket_untouched
CREATE INDEX ticket_untouched ON public.tickets_ticket USING btree (touch_by) WHERE ((state)::text = 'issued'::text);

-- INDEX tickets_enclosure_added_by_id_3584c90f
CREATE INDEX tickets_enclosure_added_by_id_3584c90f ON public.tickets_enclosure USING btree (added_by_id);

-- INDEX tickets_enclosure_ticket_id_74d81d09
CREATE INDEX tickets_enclosure_ticket_id_74d81d09 ON public.tickets_enclosure USING btree (ticket_id);

-- INDEX tickets_enclosure_unit_id_8af84e8f
CREATE INDEX tickets_enclosure_unit_id_8af84e8f ON public.tickets_enclosure USING btree (unit_id);

-- INDEX tickets_entry_by_id_b34f77a6
CREATE INDEX tickets_entry_by_id_b34f77a6 ON public.tickets_entry USING btree (by_id);

-- INDEX tickets_entry_ticket_id_ee19e15a
CREATE INDEX tickets_entry_ticket_id_ee19e15a ON public.tickets_entry USING btree (ticket_id);

-- INDEX tickets_entry_unit_id_0c1e9bd3
CREATE INDEX tickets_entry_unit_id_0c1e9bd3 ON public.tickets_entry USING btree (unit_id);

-- INDEX tickets_reportedproblem_report_id_1449c6a0
CREATE INDEX tickets_reportedproblem_report_id_1449c6a0 ON public.tickets_reportedproblem USING btree (report_id);

-- INDEX tickets_thread_case_id_a8297a85
CREATE INDEX tickets_thread_case_id_a8297a85 ON public.tickets_thread USING btree (case_id);

-- INDEX tickets_thread_overdue_id_bd009565
CREATE INDEX tickets_thread_overdue_id_bd009565 ON public.tickets_thread USING btree (overdue_id);

-- INDEX tickets_thread_student_id_a40d4b77
CREATE INDEX tickets_thread_student_id_a40d4b77 ON public.tickets_thread USING btree (student_id);

-- INDEX tickets_ticket_answered_by_id_4cab1e76
CREATE INDEX tickets_ticket_answered_by_id_4cab1e76 ON public.tickets_ticket USING btree (answered_by_id);

-- INDEX tickets_ticket_drafted_by_id_b468a399
CREATE INDEX tickets_ticket_drafted_by_id_b468a399 ON public.tickets_ticket USING btree (drafted_by_id);

-- INDEX tickets_ticket_handling_unit_id_2a142feb
CREATE INDEX tickets_ticket_handling_unit_id_2a142feb ON public.tickets_ticket USING btree (handling_unit_id);

-- INDEX tickets_ticket_holder_id_9f4eb078
CREATE INDEX tickets_ticket_holder_id_9f4eb078 ON public.tickets_ticket USING btree (holder_id);

-- INDEX tickets_ticket_issued_by_id_b9bc378a
CREATE INDEX tickets_ticket_issued_by_id_b9bc378a ON public.tickets_ticket USING btree (issued_by_id);

-- INDEX tickets_ticket_issuing_unit_id_9a5eaa49
CREATE INDEX tickets_ticket_issuing_unit_id_9a5eaa49 ON public.tickets_ticket USING btree (issuing_unit_id);

-- INDEX tickets_ticket_number_5f958fbb_like
CREATE INDEX tickets_ticket_number_5f958fbb_like ON public.tickets_ticket USING btree (number varchar_pattern_ops);

-- INDEX tickets_ticket_parent_id_09dd967f
CREATE INDEX tickets_ticket_parent_id_09dd967f ON public.tickets_ticket USING btree (parent_id);

-- INDEX tickets_ticket_proposed_by_id_a4e8ffb7
CREATE INDEX tickets_ticket_proposed_by_id_a4e8ffb7 ON public.tickets_ticket USING btree (proposed_by_id);

-- INDEX tickets_ticket_thread_id_54590188
CREATE INDEX tickets_ticket_thread_id_54590188 ON public.tickets_ticket USING btree (thread_id);

-- INDEX training_of_person
CREATE INDEX training_of_person ON public.orgs_training USING btree (person_id, valid_until DESC);

-- INDEX transfers_offlinetransfer_case_id_14469c54
CREATE INDEX transfers_offlinetransfer_case_id_14469c54 ON public.transfers_offlinetransfer USING btree (case_id);

-- INDEX transfers_offlinetransfer_closed_by_id_2333935e
CREATE INDEX transfers_offlinetransfer_closed_by_id_2333935e ON public.transfers_offlinetransfer USING btree (closed_by_id);

-- INDEX transfers_offlinetransfer_confirmed_by_id_2992b395
CREATE INDEX transfers_offlinetransfer_confirmed_by_id_2992b395 ON public.transfers_offlinetransfer USING btree (confirmed_by_id);

-- INDEX transfers_offlinetransfer_fault_id_b01965ad
CREATE INDEX transfers_offlinetransfer_fault_id_b01965ad ON public.transfers_offlinetransfer USING btree (fault_id);

-- INDEX transfers_offlinetransfer_number_d94c22f0_like
CREATE INDEX transfers_offlinetransfer_number_d94c22f0_like ON public.transfers_offlinetransfer USING btree (number varchar_pattern_ops);

-- INDEX transfers_offlinetransfer_recorded_by_id_a1c1d455
CREATE INDEX transfers_offlinetransfer_recorded_by_id_a1c1d455 ON public.transfers_offlinetransfer USING btree (recorded_by_id);

-- INDEX transfers_offlinetransfer_school_id_834ffa45
CREATE INDEX transfers_offlinetransfer_school_id_834ffa45 ON public.transfers_offlinetransfer USING btree (school_id);

-- INDEX transfers_offlinetransfer_sending_school_id_bfcda1a7
CREATE INDEX transfers_offlinetransfer_sending_school_id_bfcda1a7 ON public.transfers_offlinetransfer USING btree (sending_school_id);

-- INDEX transfers_offlinetransfer_student_id_1d3275a0
CREATE INDEX transfers_offlinetransfer_student_id_1d3275a0 ON public.transfers_offlinetransfer USING btree (student_id);

-- INDEX transfers_transfer_class_was_id_a79d1d3b
CREATE INDEX transfers_transfer_class_was_id_a79d1d3b ON public.transfers_transfer USING btree (class_was_id);

-- INDEX transfers_transfer_reason_id_f84f7560
CREATE INDEX transfers_transfer_reason_id_f84f7560 ON public.transfers_transfer USING btree (reason_id);

-- INDEX transfers_transfer_receiving_school_id_e524d442
CREATE INDEX transfers_transfer_receiving_school_id_e524d442 ON public.transfers_transfer USING btree (receiving_school_id);

-- INDEX transfers_transfer_reporting_by_id_1d49fead
CREATE INDEX transfers_transfer_reporting_by_id_1d49fead ON public.transfers_transfer USING btree (reporting_by_id);

-- INDEX transfers_transfer_school_class_id_fffcc739
CREATE INDEX transfers_transfer_school_class_id_fffcc739 ON public.transfers_transfer USING btree (school_class_id);

-- INDEX transfers_transfer_sending_school_id_186d7699
CREATE INDEX transfers_transfer_sending_school_id_186d7699 ON public.transfers_transfer USING btree (sending_school_id);

-- INDEX transfers_transfer_student_id_375748c8
CREATE INDEX transfers_transfer_student_id_375748c8 ON public.transfers_transfer USING btree (student_id);

-- INDEX transfers_transferreason_province_id_83e2a35b
CREATE INDEX transfers_transferreason_province_id_83e2a35b ON public.transfers_transferreason USING btree (province_id);

-- INDEX twins_second
CREATE INDEX twins_second ON public.students_knowntwins USING btree (second_id);

-- INDEX unit_one_ministry
CREATE UNIQUE INDEX unit_one_ministry ON public.orgs_unit USING btree (level) WHERE ((level)::text = 'ministry'::text);

-- SEQUENCE auth_group_id_seq
ALTER TABLE public.auth_group ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.auth_group_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE auth_group_permissions_id_seq
ALTER TABLE public.auth_group_permissions ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.auth_group_permissions_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE auth_permission_id_seq
ALTER TABLE public.auth_permission ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.auth_permission_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE axes_accessattempt_id_seq
ALTER TABLE public.axes_accessattempt ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.axes_accessattempt_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE axes_accessfailurelog_id_seq
ALTER TABLE public.axes_accessfailurelog ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.axes_accessfailurelog_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE axes_accesslog_id_seq
ALTER TABLE public.axes_accesslog ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.axes_accesslog_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE django_admin_log_id_seq
ALTER TABLE public.django_admin_log ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.django_admin_log_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE django_content_type_id_seq
ALTER TABLE public.django_content_type ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.django_content_type_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE django_migrations_id_seq
ALTER TABLE public.django_migrations ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.django_migrations_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE ledger_auditentry_id_seq
ALTER TABLE public.ledger_auditentry ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.ledger_auditentry_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE ledger_audithead_id_seq
ALTER TABLE public.ledger_audithead ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.ledger_audithead_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE ledger_idempotencykey_id_seq
ALTER TABLE public.ledger_idempotencykey ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.ledger_idempotencykey_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE ledger_outboxmessage_id_seq
ALTER TABLE public.ledger_outboxmessage ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.ledger_outboxmessage_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE ledger_sweeprun_id_seq
ALTER TABLE public.ledger_sweeprun ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.ledger_sweeprun_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE orgs_accessreview_id_seq
ALTER TABLE public.orgs_accessreview ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.orgs_accessreview_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE orgs_account_groups_id_seq
ALTER TABLE public.orgs_account_groups ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.orgs_account_groups_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE orgs_account_id_seq
ALTER TABLE public.orgs_account ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.orgs_account_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE orgs_account_user_permissions_id_seq
ALTER TABLE public.orgs_account_user_permissions ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.orgs_account_user_permissions_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE orgs_apitoken_id_seq
ALTER TABLE public.orgs_apitoken ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.orgs_apitoken_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE orgs_arrangement_id_seq
ALTER TABLE public.orgs_arrangement ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.orgs_arrangement_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE orgs_confirmation_id_seq
ALTER TABLE public.orgs_confirmation ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.orgs_confirmation_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE orgs_delegation_id_seq
ALTER TABLE public.orgs_delegation ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.orgs_delegation_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE orgs_onetimecode_id_seq
ALTER TABLE public.orgs_onetimecode ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.orgs_onetimecode_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE orgs_person_id_seq
ALTER TABLE public.orgs_person ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.orgs_person_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE orgs_post_id_seq
ALTER TABLE public.orgs_post ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.orgs_post_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE orgs_presence_id_seq
ALTER TABLE public.orgs_presence ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.orgs_presence_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE orgs_schoolsystemperiod_id_seq
ALTER TABLE public.orgs_schoolsystemperiod ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.orgs_schoolsystemperiod_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE orgs_training_id_seq
ALTER TABLE public.orgs_training ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.orgs_training_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE orgs_unit_id_seq
ALTER TABLE public.orgs_unit ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.orgs_unit_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE otp_static_staticdevice_id_seq
ALTER TABLE public.otp_static_staticdevice ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.otp_static_staticdevice_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE otp_static_statictoken_id_seq
ALTER TABLE public.otp_static_statictoken ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.otp_static_statictoken_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE otp_totp_totpdevice_id_seq
ALTER TABLE public.otp_totp_totpdevice ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.otp_totp_totpdevice_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE reviews_act_id_seq
ALTER TABLE public.reviews_act ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.reviews_act_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE reviews_attachment_id_seq
ALTER TABLE public.reviews_attachment ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.reviews_attachment_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE reviews_calendarday_id_seq
ALTER TABLE public.reviews_calendarday ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.reviews_calendarday_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE reviews_calendarrevision_id_seq
ALTER TABLE public.reviews_calendarrevision ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.reviews_calendarrevision_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE reviews_case_id_seq
ALTER TABLE public.reviews_case ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.reviews_case_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE reviews_fault_id_seq
ALTER TABLE public.reviews_fault ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.reviews_fault_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE reviews_forbiddenphrase_id_seq
ALTER TABLE public.reviews_forbiddenphrase ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.reviews_forbiddenphrase_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE reviews_limit_id_seq
ALTER TABLE public.reviews_limit ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.reviews_limit_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE reviews_notice_id_seq
ALTER TABLE public.reviews_notice ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.reviews_notice_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE reviews_overduerecord_id_seq
ALTER TABLE public.reviews_overduerecord ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.reviews_overduerecord_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE reviews_quickphrase_id_seq
ALTER TABLE public.reviews_quickphrase ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.reviews_quickphrase_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE reviews_refusalreason_id_seq
ALTER TABLE public.reviews_refusalreason ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.reviews_refusalreason_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE reviews_route_id_seq
ALTER TABLE public.reviews_route ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.reviews_route_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE reviews_step_id_seq
ALTER TABLE public.reviews_step ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.reviews_step_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE reviews_vacation_id_seq
ALTER TABLE public.reviews_vacation ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.reviews_vacation_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE reviews_wallappeal_id_seq
ALTER TABLE public.reviews_wallappeal ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.reviews_wallappeal_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE reviews_wallmark_id_seq
ALTER TABLE public.reviews_wallmark ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.reviews_wallmark_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE reviews_wallwords_id_seq
ALTER TABLE public.reviews_wallwords ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.reviews_wallwords_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE reviews_window_id_seq
ALTER TABLE public.reviews_window ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.reviews_window_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE reviews_yearrow_id_seq
ALTER TABLE public.reviews_yearrow ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.reviews_yearrow_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE students_bulletin_id_seq
ALTER TABLE public.students_bulletin ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.students_bulletin_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE students_bulletinline_id_seq
ALTER TABLE public.students_bulletinline ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.students_bulletinline_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE students_changepolicy_id_seq
ALTER TABLE public.students_changepolicy ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.students_changepolicy_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE students_changesheet_id_seq
ALTER TABLE public.students_changesheet ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.students_changesheet_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE students_changesheetline_id_seq
ALTER TABLE public.students_changesheetline ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.students_changesheetline_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE students_classcharge_id_seq
ALTER TABLE public.students_classcharge ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.students_classcharge_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE students_codetable_id_seq
ALTER TABLE public.students_codetable ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.students_codetable_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE students_contactattempt_id_seq
ALTER TABLE public.students_contactattempt ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.students_contactattempt_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE students_dropoutmark_id_seq
ALTER TABLE public.students_dropoutmark ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.students_dropoutmark_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE students_enrolment_id_seq
ALTER TABLE public.students_enrolment ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.students_enrolment_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE students_fieldchange_id_seq
ALTER TABLE public.students_fieldchange ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.students_fieldchange_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE students_graduationcorrection_id_seq
ALTER TABLE public.students_graduationcorrection ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.students_graduationcorrection_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE students_graduationline_id_seq
ALTER TABLE public.students_graduationline ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.students_graduationline_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE students_graduationrun_id_seq
ALTER TABLE public.students_graduationrun ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.students_graduationrun_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE students_guardian_id_seq
ALTER TABLE public.students_guardian ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.students_guardian_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE students_headcountcell_id_seq
ALTER TABLE public.students_headcountcell ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.students_headcountcell_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE students_importbatch_id_seq
ALTER TABLE public.students_importbatch ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.students_importbatch_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE students_issuingbatch_id_seq
ALTER TABLE public.students_issuingbatch ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.students_issuingbatch_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE students_issuingline_id_seq
ALTER TABLE public.students_issuingline ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.students_issuingline_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE students_keyinformationchange_id_seq
ALTER TABLE public.students_keyinformationchange ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.students_keyinformationchange_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE students_knowntwins_id_seq
ALTER TABLE public.students_knowntwins ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.students_knowntwins_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE students_latechild_id_seq
ALTER TABLE public.students_latechild ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.students_latechild_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE students_monthlycheck_id_seq
ALTER TABLE public.students_monthlycheck ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.students_monthlycheck_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE students_numberdeletion_id_seq
ALTER TABLE public.students_numberdeletion ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.students_numberdeletion_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE students_populationperson_id_seq
ALTER TABLE public.students_populationperson ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.students_populationperson_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE students_printbatch_id_seq
ALTER TABLE public.students_printbatch ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.students_printbatch_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE students_problemanswer_id_seq
ALTER TABLE public.students_problemanswer ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.students_problemanswer_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE students_problemrecord_id_seq
ALTER TABLE public.students_problemrecord ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.students_problemrecord_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE students_promotioncount_id_seq
ALTER TABLE public.students_promotioncount ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.students_promotioncount_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE students_pupilphoto_id_seq
ALTER TABLE public.students_pupilphoto ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.students_pupilphoto_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE students_recordremoval_id_seq
ALTER TABLE public.students_recordremoval ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.students_recordremoval_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE students_recruitedpupil_id_seq
ALTER TABLE public.students_recruitedpupil ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.students_recruitedpupil_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE students_recruitmentreturn_id_seq
ALTER TABLE public.students_recruitmentreturn ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.students_recruitmentreturn_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE students_registrationnumber_id_seq
ALTER TABLE public.students_registrationnumber ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.students_registrationnumber_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE students_rosterexport_id_seq
ALTER TABLE public.students_rosterexport ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.students_rosterexport_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE students_sampledpupil_id_seq
ALTER TABLE public.students_sampledpupil ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.students_sampledpupil_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE students_schoolclass_id_seq
ALTER TABLE public.students_schoolclass ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.students_schoolclass_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE students_schoolverification_id_seq
ALTER TABLE public.students_schoolverification ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.students_schoolverification_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE students_sheetprint_id_seq
ALTER TABLE public.students_sheetprint ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.students_sheetprint_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE students_statuschange_id_seq
ALTER TABLE public.students_statuschange ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.students_statuschange_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE students_student_id_seq
ALTER TABLE public.students_student ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.students_student_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE students_takenback_id_seq
ALTER TABLE public.students_takenback ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.students_takenback_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE students_twindecision_id_seq
ALTER TABLE public.students_twindecision ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.students_twindecision_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE students_verificationround_id_seq
ALTER TABLE public.students_verificationround ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.students_verificationround_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE tickets_enclosure_id_seq
ALTER TABLE public.tickets_enclosure ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.tickets_enclosure_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE tickets_entry_id_seq
ALTER TABLE public.tickets_entry ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.tickets_entry_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE tickets_reportedproblem_id_seq
ALTER TABLE public.tickets_reportedproblem ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.tickets_reportedproblem_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE tickets_thread_id_seq
ALTER TABLE public.tickets_thread ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.tickets_thread_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE tickets_ticket_id_seq
ALTER TABLE public.tickets_ticket ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.tickets_ticket_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE transfers_offlinetransfer_id_seq
ALTER TABLE public.transfers_offlinetransfer ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.transfers_offlinetransfer_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE transfers_transfer_id_seq
ALTER TABLE public.transfers_transfer ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.transfers_transfer_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- SEQUENCE transfers_transferreason_id_seq
ALTER TABLE public.transfers_transferreason ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.transfers_transferreason_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- TABLE auth_group
CREATE TABLE public.auth_group (
    id integer NOT NULL
    name character varying(150) NOT NULL
);

-- TABLE auth_group_permissions
CREATE TABLE public.auth_group_permissions (
    group_id integer NOT NULL
    id bigint NOT NULL
    permission_id integer NOT NULL
);

-- TABLE auth_permission
CREATE TABLE public.auth_permission (
    codename character varying(100) NOT NULL
    content_type_id integer NOT NULL
    id integer NOT NULL
    name character varying(255) NOT NULL
);

-- TABLE axes_accessattempt
CREATE TABLE public.axes_accessattempt (
    CONSTRAINT axes_accessattempt_failures_since_start_check CHECK ((failures_since_start >= 0))
    attempt_time timestamp with time zone NOT NULL
    failures_since_start integer NOT NULL
    get_data text NOT NULL
    http_accept character varying(1025) NOT NULL
    id integer NOT NULL
    ip_address inet
    path_info character varying(255) NOT NULL
    post_data text NOT NULL
    user_agent character varying(255) NOT NULL
    username character varying(255)
);

-- TABLE axes_accessattemptexpiration
CREATE TABLE public.axes_accessattemptexpiration (
    access_attempt_id integer NOT NULL
    expires_at timestamp with time zone NOT NULL
);

-- TABLE axes_accessfailurelog
CREATE TABLE public.axes_accessfailurelog (
    attempt_time timestamp with time zone NOT NULL
    http_accept character varying(1025) NOT NULL
    id integer NOT NULL
    ip_address inet
    locked_out boolean NOT NULL
    path_info character varying(255) NOT NULL
    user_agent character varying(255) NOT NULL
    username character varying(255)
);

-- TABLE axes_accesslog
CREATE TABLE public.axes_accesslog (
    attempt_time timestamp with time zone NOT NULL
    http_accept character varying(1025) NOT NULL
    id integer NOT NULL
    ip_address inet
    logout_time timestamp with time zone
    path_info character varying(255) NOT NULL
    session_hash character varying(64) NOT NULL
    user_agent character varying(255) NOT NULL
    username character varying(255)
);

-- TABLE django_admin_log
CREATE TABLE public.django_admin_log (
    CONSTRAINT django_admin_log_action_flag_check CHECK ((action_flag >= 0))
    action_flag smallint NOT NULL
    action_time timestamp with time zone NOT NULL
    change_message text NOT NULL
    content_type_id integer
    id integer NOT NULL
    object_id text
    object_repr character varying(200) NOT NULL
    user_id bigint NOT NULL
);

-- TABLE django_content_type
CREATE TABLE public.django_content_type (
    app_label character varying(100) NOT NULL
    id integer NOT NULL
    model character varying(100) NOT NULL
);

-- TABLE django_migrations
CREATE TABLE public.django_migrations (
    app character varying(255) NOT NULL
    applied timestamp with time zone NOT NULL
    id bigint NOT NULL
    name character varying(255) NOT NULL
);

-- TABLE django_session
CREATE TABLE public.django_session (
    expire_date timestamp with time zone NOT NULL
    session_data text NOT NULL
    session_key character varying(40) NOT NULL
);

-- TABLE ledger_auditentry
CREATE TABLE public.ledger_auditentry (
    action character varying(40) NOT NULL
    actor character varying(40) NOT NULL
    at timestamp with time zone DEFAULT statement_timestamp() NOT NULL
    body jsonb NOT NULL
    chain character varying(24) NOT NULL
    hash bytea DEFAULT '\x'::bytea NOT NULL
    id bigint NOT NULL
    previous_hash bytea DEFAULT '\x'::bytea NOT NULL
    seq bigint NOT NULL
    subject character varying(60) NOT NULL
);

-- TABLE ledger_audithead
CREATE TABLE public.ledger_audithead (
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL
    day date NOT NULL
    digest character varying(64) NOT NULL
    heads jsonb NOT NULL
    id bigint NOT NULL
    previous character varying(64) DEFAULT ''::character varying NOT NULL
    public_key character varying(64) NOT NULL
    signature character varying(128) NOT NULL
);

-- TABLE ledger_idempotencykey
CREATE TABLE public.ledger_idempotencykey (
    account_id bigint NOT NULL
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL
    digest character varying(64) NOT NULL
    id bigint NOT NULL
    key character varying(80) NOT NULL
    response jsonb NOT NULL
);

-- TABLE ledger_outboxmessage
CREATE TABLE public.ledger_outboxmessage (
    CONSTRAINT ledger_outboxmessage_attempts_check CHECK ((attempts >= 0))
    attempts smallint DEFAULT 0 NOT NULL
    available_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL
    dedup character varying(120) NOT NULL
    delivered_at timestamp with time zone
    id bigint NOT NULL
    last_error character varying(200) DEFAULT ''::character varying NOT NULL
    payload jsonb NOT NULL
    topic character varying(40) NOT NULL
);

-- TABLE ledger_sweeprun
CREATE TABLE public.ledger_sweeprun (
    counts jsonb NOT NULL
    finished_at timestamp with time zone
    id bigint NOT NULL
    judged_at timestamp with time zone NOT NULL
    started_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL
);

-- TABLE ledger_tally
CREATE TABLE public.ledger_tally (
    CONSTRAINT ledger_tally_tries_check CHECK ((tries >= 0))
    key character varying(120) NOT NULL
    tries integer NOT NULL
    until timestamp with time zone NOT NULL
);

-- TABLE orgs_accessreview
CREATE TABLE public.orgs_accessreview (
    accounts jsonb NOT NULL
    at timestamp with time zone DEFAULT statement_timestamp() NOT NULL
    by_id bigint NOT NULL
    id bigint NOT NULL
    quarter date NOT NULL
    unit_id bigint NOT NULL
);

-- TABLE orgs_account
CREATE TABLE public.orgs_account (
    code_due boolean NOT NULL
    date_joined timestamp with time zone NOT NULL
    email character varying(254) NOT NULL
    email_notices boolean NOT NULL
    first_name character varying(150) NOT NULL
    id bigint NOT NULL
    is_active boolean NOT NULL
    is_staff boolean NOT NULL
    is_superuser boolean NOT NULL
    last_login timestamp with time zone
    last_name character varying(150) NOT NULL
    must_change boolean NOT NULL
    opened_on date
    password character varying(128) NOT NULL
    person_id bigint
    sealed_on date
    session_digest character varying(64) NOT NULL
    sms_notices boolean NOT NULL
    username character varying(150) NOT NULL
);

-- TABLE orgs_account_groups
CREATE TABLE public.orgs_account_groups (
    account_id bigint NOT NULL
    group_id integer NOT NULL
    id bigint NOT NULL
);

-- TABLE orgs_account_user_permissions
CREATE TABLE public.orgs_account_user_permissions (
    account_id bigint NOT NULL
    id bigint NOT NULL
    permission_id integer NOT NULL
);

-- TABLE orgs_apitoken
CREATE TABLE public.orgs_apitoken (
    account_id bigint NOT NULL
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL
    credential character varying(64) NOT NULL
    digest character varying(64) NOT NULL
    expires_at timestamp with time zone NOT NULL
    id bigint NOT NULL
    name character varying(60) NOT NULL
    second_factor boolean NOT NULL
);

-- TABLE orgs_arrangement
CREATE TABLE public.orgs_arrangement (
    above_id bigint NOT NULL
    at timestamp with time zone DEFAULT statement_timestamp() NOT NULL
    by_id bigint NOT NULL
    id bigint NOT NULL
    post_id bigint NOT NULL
    reason character varying(100) NOT NULL
);

-- TABLE orgs_confirmation
CREATE TABLE public.orgs_confirmation (
    CONSTRAINT confirmation_whole CHECK (((((basis)::text = ''::text) AND (confirmed_at IS NULL) AND (confirmed_by_id IS NULL)) OR (((basis)::text = 'person'::text) AND (confirmed_at IS NOT NULL) AND (confirmed_by_id IS NOT NULL)) OR (((basis)::text = ANY ((ARRAY['server'::character varying, 'installation'::character varying])::text[])) AND (confirmed_at IS NOT NULL) AND (confirmed_by_id IS NULL))))
    account_id bigint
    asked_at timestamp with time zone NOT NULL
    asked_by_id bigint
    asked_person_id bigint
    basis character varying(12) NOT NULL
    confirmed_at timestamp with time zone
    confirmed_by_id bigint
    id bigint NOT NULL
    kind character varying(14) NOT NULL
    loan_id bigint
    person_id bigint NOT NULL
    post_id bigint
    unit_id bigint
);

-- TABLE orgs_delegation
CREATE TABLE public.orgs_delegation (
    CONSTRAINT delegation_period CHECK ((valid_until > valid_from))
    account_id bigint NOT NULL
    id bigint NOT NULL
    post_id bigint NOT NULL
    reason character varying(100) NOT NULL
    valid_from date NOT NULL
    valid_until date NOT NULL
    waiting boolean NOT NULL
);

-- TABLE orgs_onetimecode
CREATE TABLE public.orgs_onetimecode (
    account_id bigint NOT NULL
    digest character varying(64) NOT NULL
    expires_at timestamp with time zone NOT NULL
    given_at timestamp with time zone NOT NULL
    given_by_id bigint
    id bigint NOT NULL
    used_at timestamp with time zone
);

-- TABLE orgs_person
CREATE TABLE public.orgs_person (
    id bigint NOT NULL
    name character varying(50) NOT NULL
    phone character varying(30) NOT NULL
    pinyin character varying(300) NOT NULL
    staff_number character varying(30) NOT NULL
);

-- TABLE orgs_post
CREATE TABLE public.orgs_post (
    CONSTRAINT post_period CHECK (((valid_until IS NULL) OR (valid_until > valid_from)))
    account_id bigint NOT NULL
    confirmed_at timestamp with time zone
    id bigint NOT NULL
    person_id bigint NOT NULL
    role character varying(14) NOT NULL
    unit_id bigint NOT NULL
    valid_from date NOT NULL
    valid_until date
    waiting boolean NOT NULL
);

-- TABLE orgs_presence
CREATE TABLE public.orgs_presence (
    account_id bigint NOT NULL
    id bigint NOT NULL
    week date NOT NULL
);

-- TABLE orgs_schoolsystemperiod
CREATE TABLE public.orgs_schoolsystemperiod (
    CONSTRAINT orgs_schoolsystemperiod_from_cohort_check CHECK ((from_cohort >= 0))
    CONSTRAINT orgs_schoolsystemperiod_highest_grade_check CHECK ((highest_grade >= 0))
    CONSTRAINT orgs_schoolsystemperiod_last_primary_check CHECK ((last_primary >= 0))
    CONSTRAINT orgs_schoolsystemperiod_lowest_grade_check CHECK ((lowest_grade >= 0))
    CONSTRAINT school_system_grades CHECK (((highest_grade <= 12) AND (lowest_grade >= 1) AND (lowest_grade <= highest_grade)))
    CONSTRAINT school_system_last_primary CHECK (((last_primary IS NULL) OR ((last_primary = 5) AND ((school_system)::text = '5-4'::text)) OR ((NOT ((school_system)::text = '5-4'::text)) AND (last_primary = 6)) OR ((last_primary = 5) AND ((school_system)::text = ANY ((ARRAY['nine'::character varying, 'twelve'::character varying])::text[])))))
    from_cohort smallint
    highest_grade smallint NOT NULL
    id bigint NOT NULL
    last_primary smallint
    lowest_grade smallint NOT NULL
    school_id bigint NOT NULL
    school_system character varying(8) NOT NULL
    source character varying(200) NOT NULL
    valid_from date NOT NULL
);

-- TABLE orgs_training
CREATE TABLE public.orgs_training (
    CONSTRAINT training_period CHECK ((valid_until >= trained_on))
    certificate character varying(40) NOT NULL
    filed_on date
    id bigint NOT NULL
    organiser character varying(60) NOT NULL
    person_id bigint NOT NULL
    trained_on date NOT NULL
    valid_until date NOT NULL
);

-- TABLE orgs_unit
CREATE TABLE public.orgs_unit (
    CONSTRAINT orgs_unit_highest_grade_check CHECK ((highest_grade >= 0))
    CONSTRAINT orgs_unit_lowest_grade_check CHECK ((lowest_grade >= 0))
    CONSTRAINT school_has_authority_and_grades CHECK (((NOT ((level)::text = 'school'::text)) OR ((authority_id IS NOT NULL) AND (highest_grade <= 12) AND (lowest_grade >= 1) AND (lowest_grade <= highest_grade))))
    CONSTRAINT school_is_complete CHECK (((NOT ((level)::text = 'school'::text)) OR (((division_code)::text ~ '^[1-9]\d{5}$'::text) AND (highest_grade IS NOT NULL) AND (lowest_grade IS NOT NULL) AND (NOT ((school_system)::text = ''::text)))))
    CONSTRAINT unit_code_format CHECK (((code)::text ~ '^[0-9A-Za-z]{1,12}$'::text))
    CONSTRAINT unit_has_authority CHECK ((((level)::text = 'school'::text) OR ((authority_id IS NULL) AND ((level)::text = 'ministry'::text)) OR ((NOT ((level)::text = 'ministry'::text)) AND (authority_id IS NOT NULL))))
    authority_id bigint
    closed_on date
    code character varying(12) NOT NULL
    division_code character varying(6) NOT NULL
    email character varying(254) NOT NULL
    highest_grade smallint
    id bigint NOT NULL
    league_id bigint
    level character varying(10) NOT NULL
    lowest_grade smallint
    name character varying(60) NOT NULL
    path character varying(120) NOT NULL
    phone character varying(30) NOT NULL
    province_id bigint
    school_system character varying(8) NOT NULL
    short_name character varying(30) NOT NULL
    successor_id bigint
);

-- TABLE otp_static_staticdevice
CREATE TABLE public.otp_static_staticdevice (
    CONSTRAINT otp_static_staticdevice_throttling_failure_count_check CHECK ((throttling_failure_count >= 0))
    confirmed boolean NOT NULL
    created_at timestamp with time zone
    id integer NOT NULL
    last_used_at timestamp with time zone
    name character varying(64) NOT NULL
    throttling_failure_count integer NOT NULL
    throttling_failure_timestamp timestamp with time zone
    user_id bigint NOT NULL
);

-- TABLE otp_static_statictoken
CREATE TABLE public.otp_static_statictoken (
    device_id integer NOT NULL
    id integer NOT NULL
    token character varying(16) NOT NULL
);

-- TABLE otp_totp_totpdevice
CREATE TABLE public.otp_totp_totpdevice (
    CONSTRAINT otp_totp_totpdevice_digits_check CHECK ((digits >= 0))
    CONSTRAINT otp_totp_totpdevice_step_check CHECK ((step >= 0))
    CONSTRAINT otp_totp_totpdevice_throttling_failure_count_check CHECK ((throttling_failure_count >= 0))
    CONSTRAINT otp_totp_totpdevice_tolerance_check CHECK ((tolerance >= 0))
    confirmed boolean NOT NULL
    created_at timestamp with time zone
    digits smallint NOT NULL
    drift smallint NOT NULL
    id integer NOT NULL
    key character varying(80) NOT NULL
    last_t bigint NOT NULL
    last_used_at timestamp with time zone
    name character varying(64) NOT NULL
    step smallint NOT NULL
    t0 bigint NOT NULL
    throttling_failure_count integer NOT NULL
    throttling_failure_timestamp timestamp with time zone
    tolerance smallint NOT NULL
    user_id bigint NOT NULL
);

-- TABLE reviews_act
CREATE TABLE public.reviews_act (
    CONSTRAINT act_by_a_named_person CHECK (((account_id IS NOT NULL) OR ((verb)::text = ANY ((ARRAY['expire'::character varying, 'lapse'::character varying, 'clear'::character varying, 'take_over'::character varying, 'give_way'::character varying])::text[]))))
    CONSTRAINT act_keeps_the_name CHECK (((account_id IS NULL) OR (NOT ((person_name)::text = ''::text))))
    CONSTRAINT act_keeps_the_unit CHECK (((unit_id IS NULL) OR (NOT ((unit_name)::text = ''::text))))
    CONSTRAINT act_no_numbers CHECK ((NOT ((opinion)::text ~ '([GLJ][0-9]{17}|[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])[0-9]{3})[0-9Xx]'::text)))
    account_id bigint
    at timestamp with time zone DEFAULT statement_timestamp() NOT NULL
    case_id bigint NOT NULL
    delegated boolean DEFAULT false NOT NULL
    id bigint NOT NULL
    names_from character varying(5) DEFAULT 'act'::character varying NOT NULL
    opinion character varying(500) DEFAULT ''::character varying NOT NULL
    outcome character varying(10) DEFAULT ''::character varying NOT NULL
    person_name character varying(150) DEFAULT ''::character varying NOT NULL
    reason character varying(40) DEFAULT ''::character varying NOT NULL
    role character varying(14) DEFAULT ''::character varying NOT NULL
    stage character varying(24) NOT NULL
    step_id bigint
    unit_id bigint
    unit_name character varying(60) DEFAULT ''::character varying NOT NULL
    unit_short character varying(30) DEFAULT ''::character varying NOT NULL
    verb character varying(20) NOT NULL
);

-- TABLE reviews_attachment
CREATE TABLE public.reviews_attachment (
    "position" smallint NOT NULL
    CONSTRAINT attachment_jpeg_or_png CHECK (((media_type)::text = ANY ((ARRAY['image/jpeg'::character varying, 'image/png'::character varying])::text[])))
    CONSTRAINT attachment_reason_proof_only CHECK (((kind)::text = 'reason_proof'::text))
    CONSTRAINT attachment_two_megabytes CHECK ((size <= 2097152))
    CONSTRAINT reviews_attachment_height_check CHECK ((height >= 0))
    CONSTRAINT reviews_attachment_position_check CHECK (("position" >= 0))
    CONSTRAINT reviews_attachment_size_check CHECK ((size >= 0))
    CONSTRAINT reviews_attachment_width_check CHECK ((width >= 0))
    case_id bigint NOT NULL
    height integer NOT NULL
    id bigint NOT NULL
    key uuid NOT NULL
    kind character varying(20) NOT NULL
    media_type character varying(20) NOT NULL
    removed_at timestamp with time zone
    sha256 character varying(64) NOT NULL
    size integer NOT NULL
    uploaded_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL
    uploaded_by_id bigint NOT NULL
    width integer NOT NULL
);

-- TABLE reviews_calendarday
CREATE TABLE public.reviews_calendarday (
    CONSTRAINT calendar_day_range CHECK (((date >= '2000-01-01'::date) AND (date <= '2100-12-31'::date)))
    confirmed boolean NOT NULL
    date date NOT NULL
    id bigint NOT NULL
    kind character varying(8) NOT NULL
    name character varying(30) NOT NULL
    source character varying(200) NOT NULL
);

-- TABLE reviews_calendarrevision
CREATE TABLE public.reviews_calendarrevision (
    id bigint NOT NULL
    number bigint NOT NULL
);

-- TABLE reviews_case
CREATE TABLE public.reviews_case (
    CONSTRAINT case_closed_iff_ended CHECK ((((closed_at IS NOT NULL) AND (exclusive_key IS NULL) AND (holder_id IS NULL) AND ((state)::text = ANY ((ARRAY['completed'::character varying, 'refused'::character varying, 'withdrawn'::character varying, 'expired'::character varying, 'lapsed'::character varying, 'cleared'::character varying])::text[]))) OR ((NOT ((state)::text = ANY ((ARRAY['completed'::character varying, 'refused'::character varying, 'withdrawn'::character varying, 'expired'::character varying, 'lapsed'::character varying, 'cleared'::character varying])::text[]))) AND (closed_at IS NULL) AND (holder_id IS NOT NULL))))
    CONSTRAINT case_exclusive_while_live CHECK ((((exclusive_key IS NULL) AND ((state)::text = 'draft'::text) AND (submitted_at IS NULL)) OR ((state)::text = ANY ((ARRAY['completed'::character varying, 'refused'::character varying, 'withdrawn'::character varying, 'expired'::character varying, 'lapsed'::character varying, 'cleared'::character varying])::text[])) OR (((exclusive_key)::text = (subject)::text) AND (exclusive_key IS NOT NULL) AND (submitted_at IS NOT NULL))))
    CONSTRAINT reviews_case_expiry_warned_check CHECK ((expiry_warned >= 0))
    CONSTRAINT reviews_case_revision_check CHECK ((revision >= 0))
    awaiting character varying(6) NOT NULL
    closed_at timestamp with time zone
    copied_from_id bigint
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL
    created_by_id bigint NOT NULL
    due_on date
    exclusive_key character varying(40)
    expires_at timestamp with time zone
    expiry_warned smallint DEFAULT 0 NOT NULL
    headline character varying(80) NOT NULL
    holder_id bigint
    id bigint NOT NULL
    kind character varying(30) NOT NULL
    names jsonb DEFAULT '{}'::jsonb NOT NULL
    number character varying(20) NOT NULL
    receiving_unit_id bigint NOT NULL
    relation character varying(16) NOT NULL
    revision integer DEFAULT 0 NOT NULL
    route_id bigint
    search_text character varying(400) NOT NULL
    sending_unit_id bigint NOT NULL
    stages character varying(24)[] NOT NULL
    state character varying(24) NOT NULL
    subject character varying(40) NOT NULL
    submitted_at timestamp with time zone
);

-- TABLE reviews_fault
CREATE TABLE public.reviews_fault (
    CONSTRAINT fault_closed_whole CHECK ((((closed_at IS NULL) AND (closed_by_id IS NULL) AND (closed_from_id IS NULL)) OR ((closed_at IS NOT NULL) AND (closed_by_id IS NOT NULL) AND (closed_from_id IS NOT NULL))))
    CONSTRAINT fault_no_numbers CHECK ((NOT ((reason)::text ~ '([GLJ][0-9]{17}|[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])[0-9]{3})[0-9Xx]'::text)))
    CONSTRAINT fault_says_what_failed CHECK (((reason)::text ~ '^\S.*\S$'::text))
    closed_at timestamp with time zone
    closed_by_id bigint
    closed_from_id bigint
    id bigint NOT NULL
    names jsonb DEFAULT '{}'::jsonb NOT NULL
    number character varying(20) NOT NULL
    opened_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL
    opened_by_id bigint NOT NULL
    opened_from_id bigint NOT NULL
    reason character varying(200) NOT NULL
    since date NOT NULL
    unit_id bigint NOT NULL
);

-- TABLE reviews_forbiddenphrase
CREATE TABLE public.reviews_forbiddenphrase (
    CONSTRAINT phrase_period CHECK (((valid_until IS NULL) OR (valid_until > valid_from)))
    CONSTRAINT phrase_reach CHECK (((reach >= 1) AND (reach <= 40)))
    CONSTRAINT phrase_two_characters CHECK (((text)::text ~ '\S.*\S'::text))
    CONSTRAINT reviews_forbiddenphrase_reach_check CHECK ((reach >= 0))
    answer character varying(5) NOT NULL
    clause character varying(80) NOT NULL
    concepts character varying(24)[] NOT NULL
    groundless boolean NOT NULL
    id bigint NOT NULL
    instead character varying(200) NOT NULL
    key character varying(24) NOT NULL
    kinds character varying(30)[] NOT NULL
    province_id bigint
    quoted character varying(200) NOT NULL
    reach smallint NOT NULL
    source character varying(200) NOT NULL
    stages character varying(24)[] NOT NULL
    text character varying(40) NOT NULL
    valid_from date NOT NULL
    valid_until date
);

-- TABLE reviews_limit
CREATE TABLE public.reviews_limit (
    CONSTRAINT limit_period CHECK (((valid_until IS NULL) OR (valid_until > valid_from)))
    CONSTRAINT reviews_limit_value_check CHECK ((value >= 0))
    clause character varying(80) NOT NULL
    id bigint NOT NULL
    key character varying(40) NOT NULL
    name character varying(60) NOT NULL
    province_id bigint
    source character varying(200) NOT NULL
    unit character varying(20) NOT NULL
    valid_from date NOT NULL
    valid_until date
    value integer NOT NULL
);

-- TABLE reviews_notice
CREATE TABLE public.reviews_notice (
    account_id bigint NOT NULL
    case_id bigint
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL
    dedup character varying(120) NOT NULL
    id bigint NOT NULL
    link character varying(60) DEFAULT ''::character varying NOT NULL
    mailed_at timestamp with time zone
    read_at timestamp with time zone
    text character varying(300) NOT NULL
);

-- TABLE reviews_overduerecord
CREATE TABLE public.reviews_overduerecord (
    bulletin_due_on date NOT NULL
    case_id bigint NOT NULL
    due_on date NOT NULL
    id bigint NOT NULL
    recorded_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL
    stage character varying(24) NOT NULL
    step_id bigint NOT NULL
    unit_id bigint NOT NULL
);

-- TABLE reviews_quickphrase
CREATE TABLE public.reviews_quickphrase (
    "position" smallint NOT NULL
    CONSTRAINT reviews_quickphrase_position_check CHECK (("position" >= 0))
    account_id bigint
    id bigint NOT NULL
    outcome character varying(10) NOT NULL
    text character varying(100) NOT NULL
    unit_id bigint
);

-- TABLE reviews_refusalreason
CREATE TABLE public.reviews_refusalreason (
    "position" smallint NOT NULL
    CONSTRAINT reason_outcome CHECK (((outcome)::text = ANY ((ARRAY['refuse'::character varying, 'send_back'::character varying])::text[])))
    CONSTRAINT reason_period CHECK (((valid_until IS NULL) OR (valid_until > valid_from)))
    CONSTRAINT reviews_refusalreason_position_check CHECK (("position" >= 0))
    code character varying(40) NOT NULL
    id bigint NOT NULL
    kinds character varying(30)[] NOT NULL
    outcome character varying(10) NOT NULL
    province_id bigint
    source character varying(200) NOT NULL
    stages character varying(24)[] NOT NULL
    text character varying(120) NOT NULL
    valid_from date NOT NULL
    valid_until date
);

-- TABLE reviews_route
CREATE TABLE public.reviews_route (
    CONSTRAINT route_ends_with_the_file CHECK (((((kind)::text = ANY ((ARRAY['cross_province_transfer'::character varying, 'post_graduation_enrolment'::character varying])::text[])) AND (stages @> ARRAY['awaiting_file'::character varying(24)])) OR ((NOT ((kind)::text = ANY ((ARRAY['cross_province_transfer'::character varying, 'post_graduation_enrolment'::character varying])::text[]))) AND (NOT (stages @> ARRAY['awaiting_file'::character varying(24)])))))
    CONSTRAINT route_period CHECK (((valid_until IS NULL) OR (valid_until > valid_from)))
    id bigint NOT NULL
    kind character varying(30) NOT NULL
    phase character varying(10) NOT NULL
    province_id bigint
    relation character varying(16) NOT NULL
    source character varying(200) NOT NULL
    stages character varying(24)[] NOT NULL
    valid_from date NOT NULL
    valid_until date
);

-- TABLE reviews_step
CREATE TABLE public.reviews_step (
    CONSTRAINT reviews_step_seq_check CHECK ((seq >= 0))
    CONSTRAINT reviews_step_warned_check CHECK ((warned >= 0))
    CONSTRAINT step_closed_iff_outcome CHECK ((((closed_at IS NULL) AND ((outcome)::text = ''::text)) OR ((closed_at IS NOT NULL) AND (NOT ((outcome)::text = ''::text)))))
    CONSTRAINT step_decided_whole CHECK (((((sign_opinion)::text = ''::text) AND (signed_at IS NULL) AND (signer_id IS NULL) AND (signer_person_id IS NULL) AND (NOT ((outcome)::text = ANY ((ARRAY['agree'::character varying, 'refuse'::character varying, 'send_back'::character varying])::text[])))) OR ((handler_id IS NOT NULL) AND (signed_at IS NOT NULL) AND (signer_id IS NOT NULL) AND (signer_person_id IS NOT NULL) AND ((outcome)::text = ANY ((ARRAY['agree'::character varying, 'refuse'::character varying, 'send_back'::character varying])::text[])) AND ((sign_opinion)::text ~ '^\S.*\S$'::text))))
    CONSTRAINT step_file_decides_nothing CHECK ((((handler_id IS NULL) AND ((stage)::text = 'awaiting_file'::text) AND ((outcome)::text = ANY ((ARRAY[''::character varying, 'filed'::character varying, 'lapsed'::character varying, 'cleared'::character varying, 'taken_over'::character varying, 'withdrawn'::character varying])::text[]))) OR ((NOT ((stage)::text = 'awaiting_file'::text)) AND (NOT ((outcome)::text = ANY ((ARRAY['filed'::character varying, 'lapsed'::character varying])::text[]))))))
    CONSTRAINT step_handled_whole CHECK (((((handle_opinion)::text = ''::text) AND (handled_at IS NULL) AND (handler_id IS NULL) AND (handler_person_id IS NULL) AND ((proposal)::text = ''::text)) OR ((handled_at IS NOT NULL) AND (handler_id IS NOT NULL) AND (handler_person_id IS NOT NULL) AND ((handle_opinion)::text ~ '^\S.*\S$'::text) AND ((proposal)::text = ANY ((ARRAY['agree'::character varying, 'refuse'::character varying, 'send_back'::character varying])::text[])))))
    CONSTRAINT step_no_numbers CHECK (((NOT ((handle_opinion)::text ~ '([GLJ][0-9]{17}|[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])[0-9]{3})[0-9Xx]'::text)) AND (NOT ((sign_opinion)::text ~ '([GLJ][0-9]{17}|[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])[0-9]{3})[0-9Xx]'::text))))
    CONSTRAINT step_two_people CHECK (((handler_person_id IS NULL) OR (signer_person_id IS NULL) OR (NOT ((handler_person_id = signer_person_id) AND (handler_person_id IS NOT NULL) AND (signer_person_id IS NOT NULL)))))
    asked_by_id bigint
    bulletin_due_on date NOT NULL
    case_id bigint NOT NULL
    closed_at timestamp with time zone
    due_on date NOT NULL
    due_provisional boolean DEFAULT false NOT NULL
    first_opened_at timestamp with time zone
    first_opened_by_id bigint
    handle_opinion character varying(500) DEFAULT ''::character varying NOT NULL
    handled_at timestamp with time zone
    handler_id bigint
    handler_person_id bigint
    id bigint NOT NULL
    names jsonb DEFAULT '{}'::jsonb NOT NULL
    next_warn_on date
    opened_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL
    outcome character varying(10) DEFAULT ''::character varying NOT NULL
    overdue_at timestamp with time zone
    proposal character varying(10) DEFAULT ''::character varying NOT NULL
    proposal_reason character varying(40) DEFAULT ''::character varying NOT NULL
    reason character varying(40) DEFAULT ''::character varying NOT NULL
    recall_of_id bigint
    resumes_id bigint
    seq smallint NOT NULL
    sign_opinion character varying(500) DEFAULT ''::character varying NOT NULL
    signed_at timestamp with time zone
    signer_id bigint
    signer_person_id bigint
    stage character varying(24) NOT NULL
    unit_id bigint NOT NULL
    warned smallint DEFAULT 0 NOT NULL
);

-- TABLE reviews_vacation
CREATE TABLE public.reviews_vacation (
    CONSTRAINT vacation_period CHECK ((ends_on >= starts_on))
    CONSTRAINT vacation_range CHECK (((ends_on <= '2100-12-31'::date) AND (starts_on >= '2000-01-01'::date)))
    ends_on date NOT NULL
    id bigint NOT NULL
    name character varying(40) NOT NULL
    province_id bigint
    source character varying(200) NOT NULL
    starts_on date NOT NULL
);

-- TABLE reviews_wallappeal
CREATE TABLE public.reviews_wallappeal (
    CONSTRAINT appeal_no_numbers CHECK (((NOT ((opinion)::text ~ '([GLJ][0-9]{17}|[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])[0-9]{3})[0-9Xx]'::text)) AND (NOT ((explanation)::text ~ '([GLJ][0-9]{17}|[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])[0-9]{3})[0-9Xx]'::text)) AND (NOT ((ruling_opinion)::text ~ '([GLJ][0-9]{17}|[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])[0-9]{3})[0-9Xx]'::text))))
    CONSTRAINT appeal_ruled_whole CHECK ((((decided_at IS NULL) AND (decider_id IS NULL) AND (decider_person_id IS NULL) AND ((ruling)::text = ''::text) AND ((ruling_opinion)::text = ''::text)) OR ((decided_at IS NOT NULL) AND (decider_id IS NOT NULL) AND (decider_person_id IS NOT NULL) AND ((ruling)::text = ANY ((ARRAY['allow'::character varying, 'forbid'::character varying])::text[])) AND ((ruling_opinion)::text ~ '^\S.*\S$'::text))))
    CONSTRAINT appeal_two_people CHECK (((decider_person_id IS NULL) OR (NOT ((decider_person_id = person_id) AND (decider_person_id IS NOT NULL)))))
    account_id bigint NOT NULL
    case_id bigint NOT NULL
    decided_at timestamp with time zone
    decider_id bigint
    decider_person_id bigint
    digest character varying(64) NOT NULL
    explanation character varying(500) NOT NULL
    id bigint NOT NULL
    names jsonb DEFAULT '{}'::jsonb NOT NULL
    opinion character varying(500) NOT NULL
    outcome character varying(10) NOT NULL
    person_id bigint NOT NULL
    phrase_id bigint NOT NULL
    raised_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL
    reason character varying(40) NOT NULL
    ruling character varying(6) NOT NULL
    ruling_opinion character varying(500) NOT NULL
    stage character varying(24) NOT NULL
    step_id bigint NOT NULL
    unit_id bigint NOT NULL
    upper_id bigint NOT NULL
    verb character varying(20) NOT NULL
);

-- TABLE reviews_wallmark
CREATE TABLE public.reviews_wallmark (
    CONSTRAINT mark_no_numbers CHECK ((NOT ((facts)::text ~ '([GLJ][0-9]{17}|[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])[0-9]{3})[0-9Xx]'::text)))
    CONSTRAINT mark_says_why CHECK ((((rule_id IS NOT NULL) AND ((why)::text = 'words'::text)) OR ((rule_id IS NULL) AND ((why)::text = ANY ((ARRAY['no_ground'::character varying, 'unread'::character varying, 'condition'::character varying, 'like'::character varying])::text[])))))
    CONSTRAINT mark_states_facts CHECK (((facts)::text ~ '\S.*\S'::text))
    account_id bigint NOT NULL
    at timestamp with time zone DEFAULT statement_timestamp() NOT NULL
    case_id bigint NOT NULL
    facts character varying(300) NOT NULL
    id bigint NOT NULL
    rule_id bigint
    step_id bigint NOT NULL
    verb character varying(20) NOT NULL
    why character varying(20) NOT NULL
);

-- TABLE reviews_wallwords
CREATE TABLE public.reviews_wallwords (
    CONSTRAINT wall_words_concept CHECK (((concept)::text ~ '^[a-z][a-z_]{1,23}$'::text))
    CONSTRAINT wall_words_period CHECK (((valid_until IS NULL) OR (valid_until > valid_from)))
    concept character varying(24) NOT NULL
    id bigint NOT NULL
    province_id bigint
    source character varying(200) NOT NULL
    valid_from date NOT NULL
    valid_until date
    words text NOT NULL
);

-- TABLE reviews_window
CREATE TABLE public.reviews_window (
    CONSTRAINT window_month_day CHECK ((((starts)::text ~ '^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$'::text) AND ((ends)::text ~ '^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$'::text)))
    CONSTRAINT window_period CHECK (((valid_until IS NULL) OR (valid_until > valid_from)))
    clause character varying(80) NOT NULL
    closes boolean NOT NULL
    ends character varying(5) NOT NULL
    id bigint NOT NULL
    key character varying(40) NOT NULL
    kinds character varying(30)[] NOT NULL
    name character varying(60) NOT NULL
    province_id bigint
    remind_days smallint[] NOT NULL
    source character varying(200) NOT NULL
    starts character varying(5) NOT NULL
    valid_from date NOT NULL
    valid_until date
);

-- TABLE reviews_yearrow
CREATE TABLE public.reviews_yearrow (
    CONSTRAINT year_row_period CHECK (((valid_until IS NULL) OR (valid_until > valid_from)))
    CONSTRAINT year_row_words CHECK (((((key)::text = ANY ((ARRAY['graduating_clear_on'::character varying, 'completion_phases'::character varying, 'incomplete_grades'::character varying])::text[])) AND ((value)::text = ''::text)) OR (((key)::text = ANY ((ARRAY['graduation_first'::character varying, 'entry_from'::character varying, 'late_entry_from'::character varying, 'certificate_day'::character varying, 'graduating_clear_on'::character varying])::text[])) AND ((value)::text ~ '^(0[1-7]-(0[1-9]|[12]\d|3[01])|08-(0[1-9]|10))$'::text)) OR (((key)::text = ANY ((ARRAY['resume_with_own_cohort'::character varying, 'changed_grade_within_phase'::character varying, 'dropout_holds_graduation'::character varying])::text[])) AND ((value)::text ~ '^(on|off)$'::text)) OR (((key)::text = 'completion_phases'::text) AND ((value)::text ~ '^(primary|junior|senior)(,(primary|junior|senior))*$'::text)) OR (((key)::text = 'incomplete_grades'::text) AND ((value)::text ~ '^1[0-2](,1[0-2])*$'::text))))
    clause character varying(80) NOT NULL
    id bigint NOT NULL
    key character varying(30) NOT NULL
    province_id bigint
    source character varying(200) NOT NULL
    valid_from date NOT NULL
    valid_until date
    value character varying(30) NOT NULL
);

-- TABLE students_bulletin
CREATE TABLE public.students_bulletin (
    CONSTRAINT bulletin_month CHECK ((EXTRACT(day FROM month) = (1)::numeric))
    CONSTRAINT bulletin_proposed_by_somebody CHECK ((((proposed_at IS NULL) AND (proposed_by_id IS NULL) AND ((state)::text = 'replies'::text)) OR ((state)::text = 'published'::text) OR ((proposed_at IS NOT NULL) AND (proposed_by_id IS NOT NULL))))
    CONSTRAINT bulletin_published_by_somebody CHECK ((((published_at IS NULL) AND (published_by_id IS NULL) AND ((state)::text = ANY ((ARRAY['replies'::character varying, 'proposed'::character varying])::text[]))) OR ((published_at IS NOT NULL) AND (published_by_id IS NOT NULL) AND ((state)::text = 'published'::text))))
    CONSTRAINT bulletin_reasons_no_numbers CHECK (((NOT ((return_reason)::text ~ '([GLJ][0-9]{17}|[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])[0-9]{3})[0-9Xx]'::text)) AND (NOT ((recount_reason)::text ~ '([GLJ][0-9]{17}|[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])[0-9]{3})[0-9Xx]'::text))))
    CONSTRAINT students_bulletin_recounts_check CHECK ((recounts >= 0))
    digest character varying(64) NOT NULL
    id bigint NOT NULL
    inputs jsonb NOT NULL
    made_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL
    month date NOT NULL
    names jsonb DEFAULT '{}'::jsonb NOT NULL
    number character varying(20) NOT NULL
    proposed_at timestamp with time zone
    proposed_by_id bigint
    province_id bigint NOT NULL
    province_name character varying(60) NOT NULL
    published_at timestamp with time zone
    published_by_id bigint
    published_post character varying(100) NOT NULL
    recount_reason character varying(200) NOT NULL
    recounted_by_id bigint
    recounted_in bigint
    recounts smallint NOT NULL
    reply_until date NOT NULL
    return_reason character varying(200) NOT NULL
    state character varying(10) NOT NULL
);

-- TABLE students_bulletinline
CREATE TABLE public.students_bulletinline (
    CONSTRAINT bulletin_reply_no_numbers CHECK ((NOT ((reply)::text ~ '([GLJ][0-9]{17}|[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])[0-9]{3})[0-9Xx]'::text)))
    CONSTRAINT students_bulletinline_place_check CHECK ((place >= 0))
    bulletin_id bigint NOT NULL
    figures jsonb NOT NULL
    id bigint NOT NULL
    level character varying(10) NOT NULL
    names jsonb DEFAULT '{}'::jsonb NOT NULL
    place integer NOT NULL
    reply character varying(500) NOT NULL
    reply_at timestamp with time zone
    reply_by_id bigint
    unit_code character varying(12) NOT NULL
    unit_id bigint NOT NULL
    unit_name character varying(60) NOT NULL
    unit_short_name character varying(30) NOT NULL
);

-- TABLE students_changepolicy
CREATE TABLE public.students_changepolicy (
    CONSTRAINT change_policy_month_day CHECK ((((not_after)::text = ''::text) OR ((not_after)::text ~ '^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$'::text)))
    CONSTRAINT change_policy_period CHECK (((valid_until IS NULL) OR (valid_until > valid_from)))
    CONSTRAINT students_changepolicy_longest_months_check CHECK ((longest_months >= 0))
    CONSTRAINT students_changepolicy_most_times_check CHECK ((most_times >= 0))
    allowed boolean NOT NULL
    condition character varying(200) NOT NULL
    id bigint NOT NULL
    kind character varying(30) NOT NULL
    longest_months smallint
    most_times smallint
    not_after character varying(5) DEFAULT ''::character varying NOT NULL
    phase character varying(10) NOT NULL
    province_id bigint
    source character varying(200) NOT NULL
    valid_from date NOT NULL
    valid_until date
);

-- TABLE students_changesheet
CREATE TABLE public.students_changesheet (
    CONSTRAINT sheet_accepted_by_somebody CHECK (((NOT ((state)::text = 'accepted'::text)) OR ((decided_at IS NOT NULL) AND (decided_by_id IS NOT NULL) AND (sent_at IS NOT NULL))))
    CONSTRAINT sheet_no_numbers CHECK ((NOT ((answer)::text ~ '([GLJ][0-9]{17}|[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])[0-9]{3})[0-9Xx]'::text)))
    answer character varying(200) NOT NULL
    decided_at timestamp with time zone
    decided_by_id bigint
    id bigint NOT NULL
    names jsonb DEFAULT '{}'::jsonb NOT NULL
    number character varying(20) NOT NULL
    prepared_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL
    prepared_by_id bigint NOT NULL
    school_class_id bigint NOT NULL
    sent_at timestamp with time zone
    state character varying(10) NOT NULL
);

-- TABLE students_changesheetline
CREATE TABLE public.students_changesheetline (
    CONSTRAINT sheet_line_secret_hidden CHECK (((NOT secret) OR (((new)::text = ''::text) AND ((old)::text = ''::text))))
    field character varying(40) NOT NULL
    id bigint NOT NULL
    new character varying(300) NOT NULL
    new_sealed bytea
    old character varying(300) NOT NULL
    secret boolean NOT NULL
    sheet_id bigint NOT NULL
    student_id bigint NOT NULL
    written boolean
);

-- TABLE students_classcharge
CREATE TABLE public.students_classcharge (
    CONSTRAINT charge_ends_after_it_begins CHECK (((until IS NULL) OR (until >= since)))
    account_id bigint NOT NULL
    id bigint NOT NULL
    school_class_id bigint NOT NULL
    set_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL
    set_by_id bigint NOT NULL
    since date NOT NULL
    until date
);

-- TABLE students_codetable
CREATE TABLE public.students_codetable (
    "table" character varying(40) NOT NULL
    code character varying(12) NOT NULL
    id bigint NOT NULL
    name character varying(80) NOT NULL
    source character varying(200) NOT NULL
);

-- TABLE students_contactattempt
CREATE TABLE public.students_contactattempt (
    "on" date NOT NULL
    CONSTRAINT contact_no_numbers CHECK ((NOT ((result)::text ~ '([GLJ][0-9]{17}|[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])[0-9]{3})[0-9Xx]'::text)))
    change_id bigint NOT NULL
    id bigint NOT NULL
    result character varying(100) NOT NULL
    way character varying(10) NOT NULL
);

-- TABLE students_dropoutmark
CREATE TABLE public.students_dropoutmark (
    CONSTRAINT dropout_compulsory CHECK (((grade >= 1) AND (grade <= 9)))
    CONSTRAINT dropout_no_numbers CHECK (((NOT ((efforts)::text ~ '([GLJ][0-9]{17}|[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])[0-9]{3})[0-9Xx]'::text)) AND (NOT ((sent_to)::text ~ '([GLJ][0-9]{17}|[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])[0-9]{3})[0-9Xx]'::text))))
    CONSTRAINT dropout_sent_on CHECK (((NOT ((state)::text = 'sent'::text)) OR ((sent_on IS NOT NULL) AND (NOT ((sent_to)::text = ''::text)))))
    CONSTRAINT dropout_signed_by_somebody CHECK (((NOT ((state)::text = ANY ((ARRAY['signed'::character varying, 'sent'::character varying])::text[]))) OR ((signed_at IS NOT NULL) AND (signed_by_id IS NOT NULL))))
    CONSTRAINT students_dropoutmark_grade_check CHECK ((grade >= 0))
    efforts character varying(500) NOT NULL
    ended_on date
    grade smallint NOT NULL
    id bigint NOT NULL
    last_seen_on date NOT NULL
    marked_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL
    marked_by_id bigint NOT NULL
    names jsonb DEFAULT '{}'::jsonb NOT NULL
    number character varying(20) NOT NULL
    reason character varying(12) NOT NULL
    school_id bigint NOT NULL
    sent_on date
    sent_to character varying(100) NOT NULL
    signed_at timestamp with time zone
    signed_by_id bigint
    state character varying(8) NOT NULL
    student_id bigint NOT NULL
);

-- TABLE students_enrolment
CREATE TABLE public.students_enrolment (
    CONSTRAINT enrolment_phase CHECK (((phase)::text = ANY ((ARRAY['primary'::character varying, 'junior'::character varying, 'senior'::character varying])::text[])))
    CONSTRAINT students_enrolment_grade_in_check CHECK ((grade_in >= 0))
    CONSTRAINT students_enrolment_grade_out_check CHECK ((grade_out >= 0))
    archive jsonb
    case_number character varying(20) NOT NULL
    class_name character varying(30) NOT NULL
    entered_by character varying(20) NOT NULL
    grade_in smallint NOT NULL
    grade_out smallint
    id bigint NOT NULL
    left_by character varying(20) NOT NULL
    left_case_number character varying(20) NOT NULL
    period tstzrange NOT NULL
    phase character varying(7) NOT NULL
    school_id bigint NOT NULL
    student_id bigint NOT NULL
);

-- TABLE students_fieldchange
CREATE TABLE public.students_fieldchange (
    CONSTRAINT change_secret_hidden CHECK (((NOT secret) OR (((new)::text = ''::text) AND ((old)::text = ''::text))))
    CONSTRAINT change_without_numbers CHECK (((NOT ((old)::text ~ '([GLJ][0-9]{17}|[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])[0-9]{3})[0-9Xx]'::text)) AND (NOT ((new)::text ~ '([GLJ][0-9]{17}|[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])[0-9]{3})[0-9Xx]'::text))))
    at timestamp with time zone DEFAULT statement_timestamp() NOT NULL
    by_id bigint
    field character varying(40) NOT NULL
    id bigint NOT NULL
    names jsonb DEFAULT '{}'::jsonb NOT NULL
    new character varying(300) NOT NULL
    old character varying(300) NOT NULL
    secret boolean NOT NULL
    source character varying(12) NOT NULL
    student_id bigint NOT NULL
);

-- TABLE students_graduationcorrection
CREATE TABLE public.students_graduationcorrection (
    CONSTRAINT correction_no_numbers CHECK ((NOT ((why)::text ~ '([GLJ][0-9]{17}|[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])[0-9]{3})[0-9Xx]'::text)))
    case_id bigint NOT NULL
    graduated_on date NOT NULL
    id bigint NOT NULL
    phase character varying(7) NOT NULL
    student_id bigint NOT NULL
    what character varying(10) NOT NULL
    why character varying(200) NOT NULL
);

-- TABLE students_graduationline
CREATE TABLE public.students_graduationline (
    CONSTRAINT graduation_line_no_numbers CHECK ((NOT ((reason)::text ~ '([GLJ][0-9]{17}|[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])[0-9]{3})[0-9Xx]'::text)))
    CONSTRAINT graduation_reason_given CHECK ((((leaving)::text = 'graduated'::text) OR (NOT ((reason)::text = ''::text))))
    CONSTRAINT students_graduationline_cohort_check CHECK ((cohort >= 0))
    by_hand boolean DEFAULT false NOT NULL
    certificate_on date
    cohort smallint NOT NULL
    id bigint NOT NULL
    leaving character varying(10) NOT NULL
    reason character varying(200) NOT NULL
    run_id bigint NOT NULL
    student_id bigint NOT NULL
);

-- TABLE students_graduationrun
CREATE TABLE public.students_graduationrun (
    CONSTRAINT graduation_no_numbers CHECK ((NOT ((opinion)::text ~ '([GLJ][0-9]{17}|[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])[0-9]{3})[0-9Xx]'::text)))
    CONSTRAINT graduation_occasion CHECK ((((cohort IS NULL) AND ((occasion)::text = 'late'::text)) OR ((cohort IS NOT NULL) AND ((occasion)::text = 'regular'::text))))
    CONSTRAINT graduation_signed CHECK ((((day IS NOT NULL) AND (signed_at IS NOT NULL) AND (signed_by_id IS NOT NULL) AND ((state)::text = 'done'::text) AND (NOT ((opinion)::text = ''::text))) OR ((day IS NULL) AND (signed_by_id IS NULL) AND ((state)::text = ANY ((ARRAY['ready'::character varying, 'dropped'::character varying])::text[])))))
    CONSTRAINT students_graduationrun_cleared_check CHECK ((cleared >= 0))
    CONSTRAINT students_graduationrun_cohort_check CHECK ((cohort >= 0))
    CONSTRAINT students_graduationrun_grade_check CHECK ((grade >= 0))
    cleared integer NOT NULL
    cohort smallint
    day date
    grade smallint NOT NULL
    id bigint NOT NULL
    names jsonb DEFAULT '{}'::jsonb NOT NULL
    number character varying(20) NOT NULL
    occasion character varying(7) DEFAULT 'regular'::character varying NOT NULL
    opinion character varying(500) NOT NULL
    phase character varying(7) NOT NULL
    prepared_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL
    prepared_by_id bigint NOT NULL
    school_id bigint NOT NULL
    signed_at timestamp with time zone
    signed_by_id bigint
    state character varying(8) NOT NULL
);

-- TABLE students_guardian
CREATE TABLE public.students_guardian (
    CONSTRAINT guardian_first_or_second CHECK ((place = ANY (ARRAY[1, 2])))
    CONSTRAINT students_guardian_place_check CHECK ((place >= 0))
    details jsonb NOT NULL
    id bigint NOT NULL
    id_number_sealed bytea
    is_guardian boolean NOT NULL
    name character varying(50) NOT NULL
    phone_sealed bytea
    place smallint NOT NULL
    relation character varying(20) NOT NULL
    student_id bigint NOT NULL
    workplace character varying(100) NOT NULL
);

-- TABLE students_headcountcell
CREATE TABLE public.students_headcountcell (
    CONSTRAINT students_headcountcell_cohort_check CHECK ((cohort >= 0))
    CONSTRAINT students_headcountcell_pupils_check CHECK ((pupils >= 0))
    cohort smallint NOT NULL
    day date NOT NULL
    id bigint NOT NULL
    letter character varying(1) NOT NULL
    origin character varying(2) NOT NULL
    permit boolean NOT NULL
    phase character varying(7) NOT NULL
    pupils integer NOT NULL
    school_id bigint NOT NULL
    sex character varying(1) NOT NULL
    status character varying(12) NOT NULL
);

-- TABLE students_importbatch
CREATE TABLE public.students_importbatch (
    CONSTRAINT import_confirmed CHECK (((NOT ((state)::text = ANY ((ARRAY['writing'::character varying, 'done'::character varying])::text[]))) OR (confirmed_at IS NOT NULL)))
    CONSTRAINT import_tries CHECK ((tries <= 2))
    CONSTRAINT import_whole CHECK (((((state)::text = 'done'::text) AND (written = to_write)) OR ((NOT ((state)::text = 'done'::text)) AND (written = 0))))
    CONSTRAINT students_importbatch_checked_check CHECK ((checked >= 0))
    CONSTRAINT students_importbatch_faulty_check CHECK ((faulty >= 0))
    CONSTRAINT students_importbatch_left_over_check CHECK ((left_over >= 0))
    CONSTRAINT students_importbatch_same_check CHECK ((same >= 0))
    CONSTRAINT students_importbatch_size_check CHECK ((size >= 0))
    CONSTRAINT students_importbatch_to_write_check CHECK ((to_write >= 0))
    CONSTRAINT students_importbatch_total_check CHECK ((total >= 0))
    CONSTRAINT students_importbatch_tries_check CHECK ((tries >= 0))
    CONSTRAINT students_importbatch_written_check CHECK ((written >= 0))
    answers jsonb NOT NULL
    asked_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL
    asked_by_id bigint NOT NULL
    bad jsonb NOT NULL
    begun_at timestamp with time zone
    checked integer NOT NULL
    chosen jsonb NOT NULL
    confirmed_at timestamp with time zone
    faults jsonb NOT NULL
    faulty integer NOT NULL
    finished_at timestamp with time zone
    id bigint NOT NULL
    key uuid NOT NULL
    kind character varying(14) NOT NULL
    left_over integer NOT NULL
    number character varying(20) NOT NULL
    questions jsonb NOT NULL
    ready jsonb NOT NULL
    returned uuid
    returned_sha256 character varying(64) NOT NULL
    same integer NOT NULL
    sha256 character varying(64) NOT NULL
    size integer NOT NULL
    state character varying(10) NOT NULL
    to_write integer NOT NULL
    told jsonb NOT NULL
    total integer NOT NULL
    tries smallint NOT NULL
    unit_id bigint NOT NULL
    written integer NOT NULL
);

-- TABLE students_issuingbatch
CREATE TABLE public.students_issuingbatch (
    CONSTRAINT batch_confirmed CHECK ((((confirmed_at IS NOT NULL) AND (confirmed_by_id IS NOT NULL) AND ((state)::text = ANY ((ARRAY['issuing'::character varying, 'done'::character varying])::text[])) AND (NOT ((opinion)::text = ''::text))) OR ((confirmed_at IS NULL) AND (confirmed_by_id IS NULL) AND ((state)::text = ANY ((ARRAY['checking'::character varying, 'ready'::character varying, 'dropped'::character varying])::text[])))))
    CONSTRAINT issuing_no_numbers CHECK ((NOT ((opinion)::text ~ '([GLJ][0-9]{17}|[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])[0-9]{3})[0-9Xx]'::text)))
    CONSTRAINT students_issuingbatch_checked_check CHECK ((checked >= 0))
    CONSTRAINT students_issuingbatch_held_check CHECK ((held >= 0))
    CONSTRAINT students_issuingbatch_issued_check CHECK ((issued >= 0))
    CONSTRAINT students_issuingbatch_total_check CHECK ((total >= 0))
    checked integer NOT NULL
    confirmed_at timestamp with time zone
    confirmed_by_id bigint
    finished_at timestamp with time zone
    held integer NOT NULL
    id bigint NOT NULL
    issued integer NOT NULL
    last_student bigint NOT NULL
    names jsonb DEFAULT '{}'::jsonb NOT NULL
    number character varying(20) NOT NULL
    opinion character varying(500) NOT NULL
    prepared_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL
    prepared_by_id bigint NOT NULL
    province_id bigint NOT NULL
    state character varying(10) NOT NULL
    total integer NOT NULL
);

-- TABLE students_issuingline
CREATE TABLE public.students_issuingline (
    CONSTRAINT issuing_given_or_held CHECK (((((reason)::text = ''::text) AND ((letter)::text = ANY ((ARRAY['G'::character varying, 'J'::character varying])::text[]))) OR ((NOT ((reason)::text = ''::text)) AND (issued_id IS NULL))))
    batch_id bigint NOT NULL
    id bigint NOT NULL
    issued_id bigint
    letter character varying(1) NOT NULL
    reason character varying(20) NOT NULL
    school_id bigint NOT NULL
    seen bytea NOT NULL
    student_id bigint NOT NULL
);

-- TABLE students_keyinformationchange
CREATE TABLE public.students_keyinformationchange (
    CONSTRAINT key_change_answer_whole CHECK ((((answer)::text = ''::text) OR ((answered_at IS NOT NULL) AND (answered_of IS NOT NULL))))
    CONSTRAINT key_no_numbers CHECK ((NOT ((note)::text ~ '([GLJ][0-9]{17}|[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])[0-9]{3})[0-9Xx]'::text)))
    answer character varying(20) NOT NULL
    answered_at timestamp with time zone
    answered_of bytea
    basis character varying(12) NOT NULL
    birth_date date
    case_id bigint NOT NULL
    conflict character varying(300) NOT NULL
    id bigint NOT NULL
    id_number_sealed bytea
    name character varying(50) NOT NULL
    note character varying(300) NOT NULL
    sex character varying(1) NOT NULL
    student_id bigint NOT NULL
    was jsonb NOT NULL
);

-- TABLE students_knowntwins
CREATE TABLE public.students_knowntwins (
    CONSTRAINT twins_in_order CHECK ((first_id < second_id))
    case_number character varying(20) NOT NULL
    first_id bigint NOT NULL
    id bigint NOT NULL
    known_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL
    second_id bigint NOT NULL
);

-- TABLE students_latechild
CREATE TABLE public.students_latechild (
    CONSTRAINT late_created_is_checked CHECK (((NOT ((state)::text = 'created'::text)) OR ((month_id IS NOT NULL) AND (student_id IS NOT NULL))))
    CONSTRAINT late_no_numbers CHECK ((NOT ((why_note)::text ~ '([GLJ][0-9]{17}|[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])[0-9]{3})[0-9Xx]'::text)))
    CONSTRAINT late_refused_names_whom CHECK (((NOT ((state)::text = 'refused'::text)) OR ((found_id IS NOT NULL) AND (month_id IS NOT NULL))))
    CONSTRAINT students_latechild_class_number_check CHECK ((class_number >= 0))
    CONSTRAINT students_latechild_cohort_check CHECK ((cohort >= 0))
    CONSTRAINT students_latechild_grade_check CHECK ((grade >= 0))
    birth_date date NOT NULL
    case_id bigint
    claimed boolean NOT NULL
    class_number smallint
    cohort smallint NOT NULL
    collected_at timestamp with time zone
    found_id bigint
    grade smallint NOT NULL
    id bigint NOT NULL
    id_number_index bytea
    key uuid NOT NULL
    listed_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL
    listed_by_id bigint NOT NULL
    month_id bigint
    name character varying(50) NOT NULL
    phase character varying(7) NOT NULL
    said_sealed bytea NOT NULL
    school_id bigint NOT NULL
    sex character varying(1) NOT NULL
    state character varying(10) NOT NULL
    student_id bigint
    why character varying(10) NOT NULL
    why_note character varying(200) NOT NULL
);

-- TABLE students_monthlycheck
CREATE TABLE public.students_monthlycheck (
    CONSTRAINT month_answered CHECK (((NOT ((state)::text = 'done'::text)) OR (checked_at IS NOT NULL)))
    CONSTRAINT month_no_numbers CHECK ((NOT ((opinion)::text ~ '([GLJ][0-9]{17}|[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])[0-9]{3})[0-9Xx]'::text)))
    CONSTRAINT month_sent_by_somebody CHECK ((((state)::text = ANY ((ARRAY['closed'::character varying, 'dropped'::character varying])::text[])) OR ((sent_at IS NOT NULL) AND (sent_by_id IS NOT NULL) AND (NOT ((opinion)::text = ''::text)))))
    CONSTRAINT students_monthlycheck_created_check CHECK ((created >= 0))
    CONSTRAINT students_monthlycheck_refused_check CHECK ((refused >= 0))
    CONSTRAINT students_monthlycheck_total_check CHECK ((total >= 0))
    checked_at timestamp with time zone
    closed_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL
    closed_by_id bigint NOT NULL
    created integer NOT NULL
    id bigint NOT NULL
    month date NOT NULL
    names jsonb DEFAULT '{}'::jsonb NOT NULL
    number character varying(20) NOT NULL
    opinion character varying(500) NOT NULL
    province_id bigint NOT NULL
    refused integer NOT NULL
    sent_at timestamp with time zone
    sent_by_id bigint
    state character varying(10) NOT NULL
    total integer NOT NULL
);

-- TABLE students_numberdeletion
CREATE TABLE public.students_numberdeletion (
    CONSTRAINT deletion_keeps_another CHECK ((NOT (kept_id = student_id)))
    CONSTRAINT deletion_no_numbers CHECK ((NOT ((why)::text ~ '([GLJ][0-9]{17}|[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])[0-9]{3})[0-9Xx]'::text)))
    case_id bigint NOT NULL
    id bigint NOT NULL
    kept_id bigint
    problem_id bigint NOT NULL
    student_id bigint NOT NULL
    why character varying(300) NOT NULL
);

-- TABLE students_populationperson
CREATE TABLE public.students_populationperson (
    id bigint NOT NULL
    imported_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL
    index bytea NOT NULL
    name_index bytea NOT NULL
    replaced boolean DEFAULT false NOT NULL
);

-- TABLE students_printbatch
CREATE TABLE public.students_printbatch (
    CONSTRAINT students_printbatch_cohort_check CHECK ((cohort >= 0))
    CONSTRAINT students_printbatch_done_check CHECK ((done >= 0))
    CONSTRAINT students_printbatch_size_check CHECK ((size >= 0))
    CONSTRAINT students_printbatch_total_check CHECK ((total >= 0))
    asked_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL
    asked_by_id bigint NOT NULL
    begun_at timestamp with time zone
    cohort smallint NOT NULL
    done integer NOT NULL
    finished_at timestamp with time zone
    id bigint NOT NULL
    key uuid NOT NULL
    left_out jsonb NOT NULL
    number character varying(20) NOT NULL
    phase character varying(7) NOT NULL
    school_class_id bigint
    school_id bigint NOT NULL
    sha256 character varying(64) NOT NULL
    size integer NOT NULL
    state character varying(10) NOT NULL
    total integer NOT NULL
    unit_id bigint NOT NULL
);

-- TABLE students_problemanswer
CREATE TABLE public.students_problemanswer (
    CONSTRAINT problem_answer_no_numbers CHECK ((NOT ((note)::text ~ '([GLJ][0-9]{17}|[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])[0-9]{3})[0-9Xx]'::text)))
    answer character varying(10) NOT NULL
    case_id bigint NOT NULL
    id bigint NOT NULL
    note character varying(300) NOT NULL
    problem_id bigint NOT NULL
);

-- TABLE students_problemrecord
CREATE TABLE public.students_problemrecord (
    case_number character varying(20) NOT NULL
    closed_at timestamp with time zone
    found_by character varying(20) NOT NULL
    id bigint NOT NULL
    kind character varying(20) NOT NULL
    opened_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL
    settled character varying(10) NOT NULL
    student_id bigint NOT NULL
    twin_id bigint
    vouched_case character varying(20) NOT NULL
);

-- TABLE students_promotioncount
CREATE TABLE public.students_promotioncount (
    CONSTRAINT students_promotioncount_after_check CHECK ((after >= 0))
    CONSTRAINT students_promotioncount_before_check CHECK ((before >= 0))
    CONSTRAINT students_promotioncount_grade_check CHECK ((grade >= 0))
    CONSTRAINT students_promotioncount_stayed_check CHECK ((stayed >= 0))
    CONSTRAINT students_promotioncount_year_check CHECK ((year >= 0))
    after integer NOT NULL
    before integer NOT NULL
    grade smallint NOT NULL
    id bigint NOT NULL
    province_id bigint NOT NULL
    recorded_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL
    stayed integer NOT NULL
    year smallint NOT NULL
);

-- TABLE students_pupilphoto
CREATE TABLE public.students_pupilphoto (
    CONSTRAINT students_pupilphoto_size_check CHECK ((size >= 0))
    id bigint NOT NULL
    key uuid NOT NULL
    sha256 character varying(64) NOT NULL
    size integer NOT NULL
    student_id bigint NOT NULL
    taken_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL
    taken_by_id bigint NOT NULL
);

-- TABLE students_pupilrecord
CREATE TABLE public.students_pupilrecord (
    CONSTRAINT record_permit_whole CHECK (((permit_held AND (permit_issued_on IS NOT NULL) AND (NOT ((permit_issuer)::text = ''::text))) OR ((permit_issued_on IS NULL) AND ((permit_issuer)::text = ''::text) AND ((NOT permit_held) OR (permit_held IS NULL)))))
    CONSTRAINT students_pupilrecord_revision_check CHECK ((revision >= 0))
    details jsonb NOT NULL
    permit_held boolean
    permit_issued_on date
    permit_issuer character varying(100) NOT NULL
    phone_sealed bytea
    revision integer NOT NULL
    student_id bigint NOT NULL
);

-- TABLE students_recordremoval
CREATE TABLE public.students_recordremoval (
    CONSTRAINT removal_keeps_another CHECK ((NOT (kept_id = student_id)))
    case_id bigint NOT NULL
    id bigint NOT NULL
    kept_id bigint
    removed_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL
    student_id bigint NOT NULL
);

-- TABLE students_recruitedpupil
CREATE TABLE public.students_recruitedpupil (
    CONSTRAINT recruited_no_numbers CHECK ((NOT ((off_why)::text ~ '([GLJ][0-9]{17}|[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])[0-9]{3})[0-9Xx]'::text)))
    CONSTRAINT recruited_off_with_reason CHECK (((((state)::text = 'off'::text) OR ((off_why)::text = ''::text)) AND (1 = (
    CONSTRAINT recruited_reported_on CHECK (((NOT ((state)::text = 'reported'::text)) OR ((case_id IS NOT NULL) AND (reported_on IS NOT NULL))))
    CONSTRAINT students_recruitedpupil_class_number_check CHECK ((class_number >= 0))
    CONSTRAINT students_recruitedpupil_cohort_was_check CHECK ((cohort_was >= 0))
    CONSTRAINT students_recruitedpupil_grade_check CHECK ((grade >= 0))
    ELSE 0
    ELSE 0
    WHEN ((off_why)::text = ''::text) THEN 1
    WHEN ((state)::text = 'off'::text) THEN 1
    case_id bigint
    class_number smallint
    class_was_id bigint
    cohort_was smallint
    grade smallint NOT NULL
    graduated_from_id bigint NOT NULL
    graduated_on date NOT NULL
    id bigint NOT NULL
    listed_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL
    listed_by_id bigint NOT NULL
    off_why character varying(200) DEFAULT ''::character varying NOT NULL
    phase_was character varying(7) DEFAULT ''::character varying NOT NULL
    reported_on date
    reporting_by_id bigint
    school_id bigint NOT NULL
    state character varying(10) NOT NULL
    student_id bigint NOT NULL
CASE
END +
CASE
END)))),
);

-- TABLE students_recruitmentreturn
CREATE TABLE public.students_recruitmentreturn (
    CONSTRAINT recruitment_back_no_numbers CHECK ((NOT ((why)::text ~ '([GLJ][0-9]{17}|[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])[0-9]{3})[0-9Xx]'::text)))
    came_by_id bigint NOT NULL
    case_id bigint NOT NULL
    id bigint NOT NULL
    student_id bigint NOT NULL
    why character varying(200) NOT NULL
);

-- TABLE students_registrationnumber
CREATE TABLE public.students_registrationnumber (
    CONSTRAINT number_closed_with_reason CHECK ((((closed_at IS NULL) AND ((closed_reason)::text = ''::text)) OR ((closed_at >= issued_at) AND (NOT ((closed_reason)::text = ''::text)))))
    closed_at timestamp with time zone
    closed_case character varying(20) NOT NULL
    closed_reason character varying(60) NOT NULL
    id bigint NOT NULL
    index bytea NOT NULL
    issued_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL
    kind character varying(1) NOT NULL
    sealed bytea NOT NULL
    student_id bigint NOT NULL
);

-- TABLE students_rosterexport
CREATE TABLE public.students_rosterexport (
    CONSTRAINT export_numbers_for_a_purpose CHECK (((NOT numbers) OR (NOT ((purpose)::text = ''::text))))
    CONSTRAINT students_rosterexport_done_check CHECK ((done >= 0))
    CONSTRAINT students_rosterexport_grade_check CHECK ((grade >= 0))
    CONSTRAINT students_rosterexport_size_check CHECK ((size >= 0))
    CONSTRAINT students_rosterexport_total_check CHECK ((total >= 0))
    asked_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL
    asked_by_id bigint NOT NULL
    begun_at timestamp with time zone
    done integer NOT NULL
    finished_at timestamp with time zone
    form character varying(4) NOT NULL
    grade smallint
    id bigint NOT NULL
    key uuid NOT NULL
    number character varying(20) NOT NULL
    numbers boolean NOT NULL
    purpose character varying(12) NOT NULL
    sha256 character varying(64) NOT NULL
    size bigint NOT NULL
    state character varying(10) NOT NULL
    status character varying(12) NOT NULL
    total integer NOT NULL
    unit_id bigint NOT NULL
);

-- TABLE students_sampledpupil
CREATE TABLE public.students_sampledpupil (
    CONSTRAINT finding_is_somebodys CHECK ((((finding)::text = ''::text) OR ((found_at IS NOT NULL) AND (found_by_id IS NOT NULL))))
    CONSTRAINT sampled_no_numbers CHECK ((NOT ((note)::text ~ '([GLJ][0-9]{17}|[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])[0-9]{3})[0-9Xx]'::text)))
    changed boolean NOT NULL
    finding character varying(10) NOT NULL
    found_at timestamp with time zone
    found_by_id bigint
    id bigint NOT NULL
    items jsonb NOT NULL
    note character varying(200) NOT NULL
    part_id bigint NOT NULL
    student_id bigint NOT NULL
);

-- TABLE students_schoolclass
CREATE TABLE public.students_schoolclass (
    CONSTRAINT class_phase CHECK (((phase)::text = ANY ((ARRAY['primary'::character varying, 'junior'::character varying, 'senior'::character varying])::text[])))
    CONSTRAINT students_schoolclass_cohort_check CHECK ((cohort >= 0))
    CONSTRAINT students_schoolclass_number_check CHECK ((number >= 0))
    cohort smallint NOT NULL
    id bigint NOT NULL
    number smallint NOT NULL
    phase character varying(7) NOT NULL
    school_id bigint NOT NULL
);

-- TABLE students_schoolverification
CREATE TABLE public.students_schoolverification (
    CONSTRAINT schoolverification_no_numbers CHECK (((NOT ((opinion)::text ~ '([GLJ][0-9]{17}|[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])[0-9]{3})[0-9Xx]'::text)) AND (NOT ((signed_opinion)::text ~ '([GLJ][0-9]{17}|[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])[0-9]{3})[0-9Xx]'::text))))
    CONSTRAINT schoolverification_signed_by_somebody CHECK (((NOT ((state)::text = 'signed'::text)) OR ((signed_at IS NOT NULL) AND (signed_by_id IS NOT NULL) AND (submitted_by_id IS NOT NULL))))
    id bigint NOT NULL
    names jsonb DEFAULT '{}'::jsonb NOT NULL
    opinion character varying(500) NOT NULL
    round_id bigint NOT NULL
    school_id bigint NOT NULL
    signed_at timestamp with time zone
    signed_by_id bigint
    signed_opinion character varying(500) NOT NULL
    state character varying(10) NOT NULL
    submitted_at timestamp with time zone
    submitted_by_id bigint
);

-- TABLE students_sheetprint
CREATE TABLE public.students_sheetprint (
    CONSTRAINT print_archive_of_enrolment CHECK ((((enrolment_id IS NOT NULL) AND ((kind)::text = 'archive'::text)) OR ((NOT ((kind)::text = 'archive'::text)) AND (enrolment_id IS NULL))))
    CONSTRAINT print_last_four CHECK (((last_four)::text ~ '^[0-9X*]{4}$'::text))
    batch_id bigint
    by_id bigint NOT NULL
    code_hash bytea NOT NULL
    enrolment_id bigint
    id bigint NOT NULL
    kind character varying(10) NOT NULL
    last_four character varying(4) NOT NULL
    mark bytea NOT NULL
    names jsonb DEFAULT '{}'::jsonb NOT NULL
    printed_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL
    serial character varying(20) NOT NULL
    student_id bigint NOT NULL
    unit_id bigint NOT NULL
);

-- TABLE students_statuschange
CREATE TABLE public.students_statuschange (
    "on" date
    CONSTRAINT change_ends_after_it_begins CHECK (((until IS NULL) OR ("on" IS NULL) OR (until > "on")))
    CONSTRAINT change_no_numbers CHECK ((NOT ((note)::text ~ '([GLJ][0-9]{17}|[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])[0-9]{3})[0-9Xx]'::text)))
    CONSTRAINT change_own_cohort_no_numbers CHECK ((NOT ((own_cohort_reason)::text ~ '([GLJ][0-9]{17}|[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])[0-9]{3})[0-9Xx]'::text)))
    CONSTRAINT students_statuschange_grade_from_check CHECK ((grade_from >= 0))
    CONSTRAINT students_statuschange_grade_to_check CHECK ((grade_to >= 0))
    CONSTRAINT students_statuschange_reminded_check CHECK ((reminded >= 0))
    case_id bigint NOT NULL
    grade_from smallint NOT NULL
    grade_to smallint
    id bigint NOT NULL
    last_seen_on date
    note character varying(300) NOT NULL
    own_cohort boolean DEFAULT false NOT NULL
    own_cohort_reason character varying(200) DEFAULT ''::character varying NOT NULL
    reason_id bigint
    reminded smallint DEFAULT 0 NOT NULL
    school_class_id bigint
    status_was character varying(12) NOT NULL
    student_id bigint NOT NULL
    until date
);

-- TABLE students_student
CREATE TABLE public.students_student (
    CONSTRAINT student_graduated_on CHECK ((((graduated_on IS NOT NULL) AND ((status)::text = ANY ((ARRAY['graduated'::character varying, 'completed'::character varying, 'incomplete'::character varying])::text[]))) OR ((status)::text = ANY ((ARRAY['deceased'::character varying, 'removed'::character varying])::text[])) OR ((NOT ((status)::text = ANY ((ARRAY['graduated'::character varying, 'completed'::character varying, 'incomplete'::character varying])::text[]))) AND (graduated_on IS NULL))))
    CONSTRAINT student_phase CHECK (((phase)::text = ANY ((ARRAY['primary'::character varying, 'junior'::character varying, 'senior'::character varying])::text[])))
    CONSTRAINT students_student_cohort_check CHECK ((cohort >= 0))
    address character varying(200) NOT NULL
    birth_date date NOT NULL
    cohort smallint NOT NULL
    entered_on date NOT NULL
    ethnic character varying(2) NOT NULL
    graduated_on date
    household_registration_place character varying(200) NOT NULL
    id bigint NOT NULL
    id_number_index bytea
    id_number_sealed bytea
    id_type character varying(1) NOT NULL
    key uuid NOT NULL
    left_behind_child character varying(1) NOT NULL
    local_number character varying(30)
    migrant_worker_child boolean NOT NULL
    name character varying(50) NOT NULL
    phase character varying(7) NOT NULL
    pinyin character varying(300) NOT NULL
    school_class_id bigint
    school_id bigint
    sex character varying(1) NOT NULL
    status character varying(12) NOT NULL
);

-- TABLE students_takenback
CREATE TABLE public.students_takenback (
    CONSTRAINT taken_back_no_numbers CHECK ((NOT ((why)::text ~ '([GLJ][0-9]{17}|[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])[0-9]{3})[0-9Xx]'::text)))
    case_id bigint NOT NULL
    graduated_on date NOT NULL
    id bigint NOT NULL
    line_id bigint
    status_was character varying(12) NOT NULL
    student_id bigint NOT NULL
    why character varying(200) NOT NULL
);

-- TABLE students_twindecision
CREATE TABLE public.students_twindecision (
    CONSTRAINT decided_in_order CHECK ((first_id < second_id))
    case_id bigint NOT NULL
    first_id bigint NOT NULL
    id bigint NOT NULL
    kind character varying(20) NOT NULL
    outcome character varying(12) NOT NULL
    second_id bigint NOT NULL
);

-- TABLE students_verificationround
CREATE TABLE public.students_verificationround (
    CONSTRAINT students_verificationround_sample_check CHECK ((sample >= 0))
    CONSTRAINT students_verificationround_school_year_check CHECK ((school_year >= 0))
    CONSTRAINT students_verificationround_term_check CHECK ((term >= 0))
    CONSTRAINT verificationround_no_numbers CHECK (((NOT ((opinion)::text ~ '([GLJ][0-9]{17}|[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])[0-9]{3})[0-9Xx]'::text)) AND (NOT ((signed_opinion)::text ~ '([GLJ][0-9]{17}|[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])[0-9]{3})[0-9Xx]'::text))))
    CONSTRAINT verificationround_signed_by_somebody CHECK (((NOT ((state)::text = 'signed'::text)) OR ((signed_at IS NOT NULL) AND (signed_by_id IS NOT NULL) AND (submitted_by_id IS NOT NULL))))
    authority_id bigint NOT NULL
    due_on date NOT NULL
    id bigint NOT NULL
    names jsonb DEFAULT '{}'::jsonb NOT NULL
    number character varying(20) NOT NULL
    opened_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL
    opened_by_id bigint NOT NULL
    opinion character varying(500) NOT NULL
    sample smallint NOT NULL
    school_year smallint NOT NULL
    signed_at timestamp with time zone
    signed_by_id bigint
    signed_opinion character varying(500) NOT NULL
    state character varying(10) NOT NULL
    submitted_at timestamp with time zone
    submitted_by_id bigint
    term smallint NOT NULL
);

-- TABLE tickets_complaint
CREATE TABLE public.tickets_complaint (
    CONSTRAINT complaint_no_numbers CHECK ((NOT (matter ~ '([GLJ][0-9]{17}|[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])[0-9]{3})[0-9Xx]'::text)))
    case_number character varying(20) NOT NULL
    citizen character varying(50) NOT NULL
    code_index bytea NOT NULL
    contact_sealed bytea
    matter text NOT NULL
    ticket_ptr_id bigint NOT NULL
);

-- TABLE tickets_enclosure
CREATE TABLE public.tickets_enclosure (
    "position" smallint NOT NULL
    CONSTRAINT enclosure_two_megabytes CHECK ((size <= 2097152))
    CONSTRAINT tickets_enclosure_position_check CHECK (("position" >= 0))
    CONSTRAINT tickets_enclosure_size_check CHECK ((size >= 0))
    added_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL
    added_by_id bigint
    id bigint NOT NULL
    key uuid NOT NULL
    removed_at timestamp with time zone
    sha256 character varying(64) NOT NULL
    size integer NOT NULL
    ticket_id bigint NOT NULL
    unit_id bigint NOT NULL
);

-- TABLE tickets_entry
CREATE TABLE public.tickets_entry (
    CONSTRAINT entry_no_numbers CHECK ((NOT ((text)::text ~ '([GLJ][0-9]{17}|[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])[0-9]{3})[0-9Xx]'::text)))
    at timestamp with time zone DEFAULT statement_timestamp() NOT NULL
    by_id bigint
    id bigint NOT NULL
    names jsonb DEFAULT '{}'::jsonb NOT NULL
    text character varying(500) NOT NULL
    ticket_id bigint NOT NULL
    unit_id bigint
    verb character varying(14) NOT NULL
);

-- TABLE tickets_problemreport
CREATE TABLE public.tickets_problemreport (
    accepting_unit character varying(60) NOT NULL
    business_name character varying(50) NOT NULL
    business_phone character varying(30) NOT NULL
    business_unit character varying(60) NOT NULL
    technical_name character varying(50) NOT NULL
    technical_phone character varying(30) NOT NULL
    technical_unit character varying(60) NOT NULL
    ticket_ptr_id bigint NOT NULL
);

-- TABLE tickets_reportedproblem
CREATE TABLE public.tickets_reportedproblem (
    "position" smallint NOT NULL
    CONSTRAINT reported_problem_no_numbers CHECK ((NOT ((text)::text ~ '([GLJ][0-9]{17}|[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])[0-9]{3})[0-9Xx]'::text)))
    CONSTRAINT tickets_reportedproblem_position_check CHECK (("position" >= 0))
    id bigint NOT NULL
    report_id bigint NOT NULL
    text character varying(1000) NOT NULL
);

-- TABLE tickets_supervision
CREATE TABLE public.tickets_supervision (
    CONSTRAINT supervision_instruction_no_numbers CHECK ((NOT (instruction ~ '([GLJ][0-9]{17}|[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])[0-9]{3})[0-9Xx]'::text)))
    CONSTRAINT supervision_no_numbers CHECK ((NOT (matter ~ '([GLJ][0-9]{17}|[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])[0-9]{3})[0-9Xx]'::text)))
    CONSTRAINT tickets_supervision_pupil_age_check CHECK ((pupil_age >= 0))
    CONSTRAINT tickets_supervision_reporter_age_check CHECK ((reporter_age >= 0))
    instruction text NOT NULL
    matter text NOT NULL
    pupil_age smallint
    pupil_ethnic character varying(2) NOT NULL
    pupil_id_sealed bytea
    pupil_name character varying(50) NOT NULL
    pupil_number_sealed bytea
    pupil_sex character varying(1) NOT NULL
    reporter_age smallint
    reporter_ethnic character varying(2) NOT NULL
    reporter_id_sealed bytea
    reporter_name character varying(50) NOT NULL
    reporter_phone_sealed bytea
    reporter_sex character varying(1) NOT NULL
    responsible character varying(50) NOT NULL
    responsible_phone character varying(30) NOT NULL
    ticket_ptr_id bigint NOT NULL
);

-- TABLE tickets_thread
CREATE TABLE public.tickets_thread (
    begun_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL
    case_id bigint
    id bigint NOT NULL
    overdue_id bigint
    student_id bigint
);

-- TABLE tickets_ticket
CREATE TABLE public.tickets_ticket (
    CONSTRAINT ticket_accepted_by_somebody CHECK (((NOT ((state)::text = ANY ((ARRAY['accepted'::character varying, 'answered'::character varying, 'returned'::character varying, 'confirmed'::character varying])::text[]))) OR ((accepted_at IS NOT NULL) AND (NOT ((undertaker)::text = ''::text)))))
    CONSTRAINT ticket_answer_no_numbers CHECK ((NOT (answer ~ '([GLJ][0-9]{17}|[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])[0-9]{3})[0-9Xx]'::text)))
    CONSTRAINT ticket_answered CHECK (((NOT ((state)::text = ANY ((ARRAY['answered'::character varying, 'confirmed'::character varying])::text[]))) OR ((answered_at IS NOT NULL) AND (NOT (answer = ''::text)))))
    CONSTRAINT ticket_closed_at CHECK ((((closed_at IS NOT NULL) AND ((state)::text = 'closed'::text)) OR ((NOT ((state)::text = 'closed'::text)) AND (closed_at IS NULL))))
    CONSTRAINT ticket_issued_at CHECK ((((state)::text = ANY ((ARRAY['drafted'::character varying, 'closed'::character varying])::text[])) OR (issued_at IS NOT NULL)))
    CONSTRAINT ticket_stamped_by_another CHECK (((issued_by_id IS NULL) OR ((kind)::text = ANY ((ARRAY['check'::character varying, 'complaint'::character varying])::text[])) OR ((proposed_by_id IS NOT NULL) AND (NOT ((issued_by_id = proposed_by_id) AND (issued_by_id IS NOT NULL) AND (proposed_by_id IS NOT NULL))))))
    CONSTRAINT tickets_ticket_revision_check CHECK ((revision >= 0))
    CONSTRAINT tickets_ticket_times_escalated_check CHECK ((times_escalated >= 0))
    accepted_at timestamp with time zone
    answer text NOT NULL
    answered_at timestamp with time zone
    answered_by_id bigint
    closed_at timestamp with time zone
    complete_by date
    confirmed_at timestamp with time zone
    drafted_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL
    drafted_by_id bigint
    handling_unit_id bigint
    holder_id bigint NOT NULL
    id bigint NOT NULL
    issued_at timestamp with time zone
    issued_by_id bigint
    issuing_unit_id bigint
    kind character varying(12) NOT NULL
    number character varying(20) NOT NULL
    overdue_at timestamp with time zone
    parent_id bigint
    proposed_by_id bigint
    revision integer NOT NULL
    state character varying(10) NOT NULL
    thread_id bigint NOT NULL
    times_escalated smallint NOT NULL
    touch_by date
    undertaker character varying(50) NOT NULL
    undertaker_phone character varying(30) NOT NULL
);

-- TABLE tickets_verification
CREATE TABLE public.tickets_verification (
    CONSTRAINT tickets_verification_pupil_age_check CHECK ((pupil_age >= 0))
    CONSTRAINT tickets_verification_reporter_age_check CHECK ((reporter_age >= 0))
    CONSTRAINT verification_no_numbers CHECK ((NOT (matter ~ '([GLJ][0-9]{17}|[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])[0-9]{3})[0-9Xx]'::text)))
    matter text NOT NULL
    pupil_age smallint
    pupil_ethnic character varying(2) NOT NULL
    pupil_id_sealed bytea
    pupil_name character varying(50) NOT NULL
    pupil_number_sealed bytea
    pupil_sex character varying(1) NOT NULL
    reporter_age smallint
    reporter_ethnic character varying(2) NOT NULL
    reporter_id_sealed bytea
    reporter_name character varying(50) NOT NULL
    reporter_phone_sealed bytea
    reporter_sex character varying(1) NOT NULL
    responsible character varying(50) NOT NULL
    responsible_phone character varying(30) NOT NULL
    ticket_ptr_id bigint NOT NULL
);

-- TABLE transfers_offlinetransfer
CREATE TABLE public.transfers_offlinetransfer (
    CONSTRAINT offline_closed_whole CHECK ((((closed_at IS NULL) AND (closed_by_id IS NULL) AND ((outcome)::text = ''::text)) OR ((case_id IS NOT NULL) AND (closed_at IS NOT NULL) AND ((outcome)::text = 'done'::text)) OR ((closed_at IS NOT NULL) AND (closed_by_id IS NOT NULL) AND ((outcome)::text = ANY ((ARRAY['already'::character varying, 'returned'::character varying, 'elsewhere'::character varying, 'mistaken'::character varying])::text[])))))
    CONSTRAINT offline_confirmed_by_somebody CHECK ((((confirmed_at IS NULL) AND (confirmed_by_id IS NULL)) OR ((confirmed_at IS NOT NULL) AND (confirmed_by_id IS NOT NULL))))
    CONSTRAINT offline_names_a_pupil CHECK (((student_id IS NOT NULL) OR ((NOT ((name)::text = ''::text)) AND (NOT ((sex)::text = ''::text)) AND (birth_date IS NOT NULL) AND (NOT ((origin)::text = ''::text)))))
    CONSTRAINT offline_no_numbers CHECK ((NOT ((origin)::text ~ '([GLJ][0-9]{17}|[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])[0-9]{3})[0-9Xx]'::text)))
    CONSTRAINT offline_two_schools CHECK (((sending_school_id IS NULL) OR (NOT ((school_id = sending_school_id) AND (sending_school_id IS NOT NULL)))))
    birth_date date
    case_id bigint
    closed_at timestamp with time zone
    closed_by_id bigint
    confirmed_at timestamp with time zone
    confirmed_by_id bigint
    fault_id bigint NOT NULL
    id bigint NOT NULL
    name character varying(50) NOT NULL
    names jsonb DEFAULT '{}'::jsonb NOT NULL
    number character varying(20) NOT NULL
    origin character varying(60) NOT NULL
    outcome character varying(10) NOT NULL
    paper_date date NOT NULL
    recorded_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL
    recorded_by_id bigint NOT NULL
    requester character varying(10) NOT NULL
    school_id bigint NOT NULL
    sending_school_id bigint
    sex character varying(1) NOT NULL
    student_id bigint
);

-- TABLE transfers_transfer
CREATE TABLE public.transfers_transfer (
    CONSTRAINT transfer_no_numbers CHECK (((NOT ((reason_note)::text ~ '([GLJ][0-9]{17}|[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])[0-9]{3})[0-9Xx]'::text)) AND (NOT ((grade_reason)::text ~ '([GLJ][0-9]{17}|[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])[0-9]{3})[0-9Xx]'::text))))
    CONSTRAINT transfer_reported_or_not CHECK ((((NOT did_not_report) AND (reported_on IS NULL) AND (reporting_by_id IS NULL)) OR ((NOT did_not_report) AND (reported_on IS NOT NULL) AND (reporting_by_id IS NOT NULL)) OR (did_not_report AND (reported_on IS NULL) AND (reporting_by_id IS NOT NULL))))
    CONSTRAINT transfer_two_schools CHECK ((NOT (receiving_school_id = sending_school_id)))
    CONSTRAINT transfers_transfer_cohort_was_check CHECK ((cohort_was >= 0))
    CONSTRAINT transfers_transfer_grade_from_check CHECK ((grade_from >= 0))
    CONSTRAINT transfers_transfer_grade_to_check CHECK ((grade_to >= 0))
    case_id bigint NOT NULL
    class_was_id bigint
    cohort_was smallint
    did_not_report boolean DEFAULT false NOT NULL
    grade_from smallint NOT NULL
    grade_reason character varying(200) NOT NULL
    grade_to smallint
    graduated_on date
    id bigint NOT NULL
    phase_was character varying(7) DEFAULT ''::character varying NOT NULL
    reason_id bigint
    reason_note character varying(200) NOT NULL
    receiving_school_id bigint NOT NULL
    reported_on date
    reporting_by_id bigint
    school_class_id bigint
    sending_school_id bigint NOT NULL
    student_id bigint NOT NULL
);

-- TABLE transfers_transferreason
CREATE TABLE public.transfers_transferreason (
    "position" smallint NOT NULL
    CONSTRAINT transfers_transferreason_position_check CHECK (("position" >= 0))
    id bigint NOT NULL
    key character varying(30) NOT NULL
    kinds character varying(30)[] NOT NULL
    name character varying(60) NOT NULL
    needs_note boolean NOT NULL
    province_id bigint
    source character varying(200) NOT NULL
    valid_from date NOT NULL
    valid_until date
);

-- TRIGGER ledger_auditentry append_only
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.ledger_auditentry FOR EACH ROW EXECUTE FUNCTION public.ledger_refuse_change();

-- TRIGGER ledger_auditentry append_only_truncate
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON public.ledger_auditentry FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_refuse_change();

-- TRIGGER ledger_auditentry audit_actor
CREATE TRIGGER audit_actor BEFORE INSERT ON public.ledger_auditentry FOR EACH ROW WHEN (((new.actor)::text ~~ 'account:%'::text)) EXECUTE FUNCTION public.orgs_audit_actor();

-- TRIGGER ledger_auditentry audit_case
CREATE TRIGGER audit_case BEFORE INSERT ON public.ledger_auditentry FOR EACH ROW WHEN (((new.actor)::text ~~ 'case:%'::text)) EXECUTE FUNCTION public.reviews_entry_of_case();

-- TRIGGER ledger_auditentry entry_of_act
CREATE CONSTRAINT TRIGGER entry_of_act AFTER INSERT ON public.ledger_auditentry DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((((new.action)::text ~~ 'case.%'::text) AND ((new.actor)::text ~~ 'account:%'::text) AND (public.reviews_roles_of(substr((new.action)::text, 6)) <> '{}'::text[]))) EXECUTE FUNCTION public.reviews_entry_of_act();

-- TRIGGER ledger_auditentry link
CREATE TRIGGER link BEFORE INSERT ON public.ledger_auditentry FOR EACH ROW EXECUTE FUNCTION public.ledger_link();

-- TRIGGER ledger_audithead append_only
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.ledger_audithead FOR EACH ROW EXECUTE FUNCTION public.ledger_refuse_change();

-- TRIGGER ledger_audithead append_only_truncate
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON public.ledger_audithead FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_refuse_change();

-- TRIGGER ledger_outboxmessage outbox_wall
CREATE TRIGGER outbox_wall BEFORE DELETE OR UPDATE ON public.ledger_outboxmessage FOR EACH ROW EXECUTE FUNCTION public.ledger_outbox_wall();

-- TRIGGER orgs_account account_apart
CREATE TRIGGER account_apart BEFORE INSERT OR UPDATE OF is_staff, is_superuser, person_id ON public.orgs_account FOR EACH ROW WHEN (((new.person_id IS NOT NULL) AND (new.is_staff OR new.is_superuser))) EXECUTE FUNCTION public.orgs_account_apart();

-- TRIGGER orgs_account account_person
CREATE TRIGGER account_person BEFORE UPDATE OF person_id ON public.orgs_account FOR EACH ROW EXECUTE FUNCTION public.orgs_account_person();

-- TRIGGER orgs_account asked
CREATE TRIGGER asked AFTER INSERT ON public.orgs_account FOR EACH ROW EXECUTE FUNCTION public.orgs_account_asked();

-- TRIGGER orgs_account password_given
CREATE TRIGGER password_given BEFORE INSERT ON public.orgs_account FOR EACH ROW EXECUTE FUNCTION public.orgs_password_set();

-- TRIGGER orgs_account password_set
CREATE TRIGGER password_set BEFORE UPDATE OF password ON public.orgs_account FOR EACH ROW WHEN (((old.password)::text IS DISTINCT FROM (new.password)::text)) EXECUTE FUNCTION public.orgs_password_set();

-- TRIGGER orgs_account switched_on
CREATE TRIGGER switched_on AFTER UPDATE OF is_active ON public.orgs_account FOR EACH ROW WHEN ((new.is_active AND (NOT old.is_active))) EXECUTE FUNCTION public.orgs_switched_on();

-- TRIGGER orgs_confirmation asked
CREATE TRIGGER asked AFTER INSERT ON public.orgs_confirmation REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.orgs_confirmation_follows();

-- TRIGGER orgs_confirmation confirmed
CREATE TRIGGER confirmed AFTER UPDATE ON public.orgs_confirmation REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.orgs_confirmation_follows();

-- TRIGGER orgs_confirmation wall
CREATE TRIGGER wall BEFORE INSERT OR DELETE OR UPDATE ON public.orgs_confirmation FOR EACH ROW EXECUTE FUNCTION public.orgs_confirmation_wall();

-- TRIGGER orgs_delegation asked
CREATE TRIGGER asked AFTER INSERT ON public.orgs_delegation REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.orgs_loan_asked();

-- TRIGGER orgs_delegation begun_wall
CREATE TRIGGER begun_wall BEFORE DELETE ON public.orgs_delegation FOR EACH ROW EXECUTE FUNCTION public.orgs_begun_wall();

-- TRIGGER orgs_delegation loan_wall
CREATE TRIGGER loan_wall BEFORE INSERT OR UPDATE ON public.orgs_delegation FOR EACH ROW EXECUTE FUNCTION public.orgs_loan_wall();

-- TRIGGER orgs_person asked
CREATE TRIGGER asked AFTER UPDATE OF name ON public.orgs_person FOR EACH ROW WHEN (((old.name)::text IS DISTINCT FROM (new.name)::text)) EXECUTE FUNCTION public.orgs_name_asked();

-- TRIGGER orgs_post asked
CREATE TRIGGER asked AFTER INSERT ON public.orgs_post REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.orgs_post_asked();

-- TRIGGER orgs_post begun_wall
CREATE TRIGGER begun_wall BEFORE DELETE ON public.orgs_post FOR EACH ROW EXECUTE FUNCTION public.orgs_begun_wall();

-- TRIGGER orgs_post post_person
CREATE TRIGGER post_person BEFORE INSERT OR UPDATE ON public.orgs_post FOR EACH ROW EXECUTE FUNCTION public.orgs_post_person();

-- TRIGGER orgs_post post_stands
CREATE TRIGGER post_stands BEFORE INSERT ON public.orgs_post FOR EACH ROW EXECUTE FUNCTION public.orgs_post_stands();

-- TRIGGER orgs_post post_wall
CREATE TRIGGER post_wall BEFORE INSERT OR UPDATE ON public.orgs_post FOR EACH ROW EXECUTE FUNCTION public.orgs_post_wall();

-- TRIGGER orgs_schoolsystemperiod system_changed
CREATE TRIGGER system_changed AFTER INSERT OR DELETE OR UPDATE ON public.orgs_schoolsystemperiod FOR EACH ROW EXECUTE FUNCTION public.orgs_system_changed();

-- TRIGGER orgs_schoolsystemperiod system_last_primary
CREATE TRIGGER system_last_primary BEFORE INSERT OR UPDATE ON public.orgs_schoolsystemperiod FOR EACH ROW EXECUTE FUNCTION public.orgs_system_last_primary();

-- TRIGGER orgs_schoolsystemperiod system_strands
CREATE TRIGGER system_strands BEFORE INSERT OR UPDATE ON public.orgs_schoolsystemperiod FOR EACH ROW EXECUTE FUNCTION public.students_system_strands();

-- TRIGGER orgs_schoolsystemperiod system_wall
CREATE TRIGGER system_wall BEFORE DELETE OR UPDATE ON public.orgs_schoolsystemperiod FOR EACH ROW EXECUTE FUNCTION public.orgs_system_wall();

-- TRIGGER orgs_training training_length
CREATE TRIGGER training_length BEFORE INSERT OR UPDATE ON public.orgs_training FOR EACH ROW EXECUTE FUNCTION public.reviews_certificate_length();

-- TRIGGER orgs_unit closing_done
CREATE TRIGGER closing_done BEFORE UPDATE OF closed_on, successor_id ON public.orgs_unit FOR EACH ROW WHEN (((old.closed_on IS NOT NULL) AND ((old.level)::text = 'school'::text) AND ((new.closed_on IS DISTINCT FROM old.closed_on) OR (new.successor_id IS DISTINCT FROM old.successor_id)))) EXECUTE FUNCTION public.students_closing_done();

-- TRIGGER orgs_unit merger_strands
CREATE TRIGGER merger_strands BEFORE UPDATE OF closed_on, successor_id ON public.orgs_unit FOR EACH ROW WHEN (((new.successor_id IS NOT NULL) AND (new.closed_on IS NOT NULL) AND ((new.level)::text = 'school'::text) AND ((new.closed_on IS DISTINCT FROM old.closed_on) OR (new.successor_id IS DISTINCT FROM old.successor_id)))) EXECUTE FUNCTION public.students_merger_strands();

-- TRIGGER orgs_unit successor_grades
CREATE TRIGGER successor_grades BEFORE INSERT OR UPDATE OF successor_id, closed_on ON public.orgs_unit FOR EACH ROW WHEN (((new.successor_id IS NOT NULL) AND ((new.level)::text = 'school'::text))) EXECUTE FUNCTION public.orgs_successor_grades();

-- TRIGGER orgs_unit successor_wall
CREATE TRIGGER successor_wall BEFORE INSERT OR UPDATE OF successor_id, closed_on, level ON public.orgs_unit FOR EACH ROW WHEN ((new.successor_id IS NOT NULL)) EXECUTE FUNCTION public.orgs_successor_wall();

-- TRIGGER orgs_unit unit_first_system
CREATE TRIGGER unit_first_system AFTER INSERT OR UPDATE OF level, lowest_grade, highest_grade ON public.orgs_unit FOR EACH ROW EXECUTE FUNCTION public.orgs_unit_first_system();

-- TRIGGER orgs_unit unit_path
CREATE CONSTRAINT TRIGGER unit_path AFTER INSERT OR UPDATE OF level, authority_id, path, province_id, league_id ON public.orgs_unit DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.orgs_unit_path();

-- TRIGGER orgs_unit unit_system
CREATE TRIGGER unit_system BEFORE UPDATE OF level, school_system, lowest_grade, highest_grade ON public.orgs_unit FOR EACH ROW EXECUTE FUNCTION public.orgs_unit_system();

-- TRIGGER orgs_unit unit_tree
CREATE TRIGGER unit_tree BEFORE INSERT OR UPDATE OF code, level, authority_id, division_code ON public.orgs_unit FOR EACH ROW EXECUTE FUNCTION public.orgs_unit_tree();

-- TRIGGER otp_totp_totpdevice asked
CREATE TRIGGER asked AFTER DELETE ON public.otp_totp_totpdevice FOR EACH ROW WHEN (old.confirmed) EXECUTE FUNCTION public.orgs_second_factor_asked();

-- TRIGGER reviews_act act_recorded
CREATE CONSTRAINT TRIGGER act_recorded AFTER INSERT ON public.reviews_act DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((new.account_id IS NOT NULL)) EXECUTE FUNCTION public.reviews_act_recorded();

-- TRIGGER reviews_act append_only
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.reviews_act FOR EACH ROW EXECUTE FUNCTION public.ledger_refuse_change();

-- TRIGGER reviews_act no_truncate
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.reviews_act FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_refuse_change();

-- TRIGGER reviews_act one_unit
CREATE TRIGGER one_unit BEFORE INSERT ON public.reviews_act FOR EACH ROW WHEN (((new.account_id IS NOT NULL) AND ((new.verb)::text <> ALL ((ARRAY['nudge'::character varying, 'message'::character varying])::text[])))) EXECUTE FUNCTION public.reviews_act_one_unit();

-- TRIGGER reviews_act seat_wall
CREATE TRIGGER seat_wall BEFORE INSERT ON public.reviews_act FOR EACH ROW EXECUTE FUNCTION public.reviews_act_seat();

-- TRIGGER reviews_act stamp
CREATE TRIGGER stamp BEFORE INSERT ON public.reviews_act FOR EACH ROW EXECUTE FUNCTION public.reviews_act_stamp();

-- TRIGGER reviews_attachment attachment_wall
CREATE TRIGGER attachment_wall BEFORE INSERT OR UPDATE ON public.reviews_attachment FOR EACH ROW EXECUTE FUNCTION public.reviews_attachment_wall();

-- TRIGGER reviews_attachment no_delete
CREATE TRIGGER no_delete BEFORE DELETE ON public.reviews_attachment FOR EACH ROW EXECUTE FUNCTION public.reviews_no_delete();

-- TRIGGER reviews_calendarday bump
CREATE TRIGGER bump AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.reviews_calendarday FOR EACH STATEMENT EXECUTE FUNCTION public.reviews_bump_revision();

-- TRIGGER reviews_case case_wall
CREATE TRIGGER case_wall BEFORE UPDATE ON public.reviews_case FOR EACH ROW EXECUTE FUNCTION public.reviews_case_wall();

-- TRIGGER reviews_case end_wall
CREATE TRIGGER end_wall BEFORE UPDATE OF state ON public.reviews_case FOR EACH ROW WHEN ((((new.state)::text <> (old.state)::text) AND ((new.state)::text = ANY ((ARRAY['completed'::character varying, 'awaiting_file'::character varying, 'refused'::character varying])::text[])))) EXECUTE FUNCTION public.reviews_end_wall();

-- TRIGGER reviews_case insert_wall
CREATE TRIGGER insert_wall BEFORE INSERT ON public.reviews_case FOR EACH ROW EXECUTE FUNCTION public.reviews_case_insert_wall();

-- TRIGGER reviews_case late_ended
CREATE TRIGGER late_ended AFTER UPDATE OF state ON public.reviews_case FOR EACH ROW WHEN ((((new.kind)::text = 'late_registration'::text) AND ((new.state)::text = ANY ((ARRAY['refused'::character varying, 'withdrawn'::character varying, 'expired'::character varying, 'lapsed'::character varying, 'cleared'::character varying])::text[])))) EXECUTE FUNCTION public.students_late_list_ended();

-- TRIGGER reviews_case no_delete
CREATE TRIGGER no_delete BEFORE DELETE ON public.reviews_case FOR EACH ROW EXECUTE FUNCTION public.reviews_no_delete();

-- TRIGGER reviews_case no_truncate
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.reviews_case FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_refuse_change();

-- TRIGGER reviews_case offline_settle
CREATE TRIGGER offline_settle AFTER UPDATE OF state ON public.reviews_case FOR EACH ROW WHEN ((((new.state)::text = 'completed'::text) AND ((old.state)::text <> 'completed'::text))) EXECUTE FUNCTION public.transfers_offline_settle();

-- TRIGGER reviews_case own_cohort_said
CREATE TRIGGER own_cohort_said AFTER UPDATE ON public.reviews_case FOR EACH ROW WHEN ((((new.kind)::text = 'resumption'::text) AND (new.submitted_at IS NOT NULL) AND ((old.submitted_at IS NULL) OR (((new.state)::text = 'completed'::text) AND ((old.state)::text <> 'completed'::text))))) EXECUTE FUNCTION public.students_own_cohort_said();

-- TRIGGER reviews_case recruitment_ended
CREATE TRIGGER recruitment_ended AFTER UPDATE OF state ON public.reviews_case FOR EACH ROW WHEN ((((new.kind)::text = 'recruitment'::text) AND ((new.state)::text = ANY ((ARRAY['refused'::character varying, 'withdrawn'::character varying, 'expired'::character varying, 'lapsed'::character varying, 'cleared'::character varying])::text[])))) EXECUTE FUNCTION public.students_list_ended();

-- TRIGGER reviews_case rollback_in_time
CREATE TRIGGER rollback_in_time AFTER UPDATE ON public.reviews_case FOR EACH ROW WHEN ((((new.kind)::text = 'graduation_rollback'::text) AND (old.submitted_at IS NULL) AND (new.submitted_at IS NOT NULL))) EXECUTE FUNCTION public.students_rollback_in_time();

-- TRIGGER reviews_case stages_wall
CREATE TRIGGER stages_wall BEFORE UPDATE OF state ON public.reviews_case FOR EACH ROW WHEN ((((old.state)::text = 'draft'::text) AND ((new.state)::text <> ALL ((ARRAY['draft'::character varying, 'withdrawn'::character varying])::text[])))) EXECUTE FUNCTION public.reviews_stages_wall();

-- TRIGGER reviews_case transfers_file_ended
CREATE TRIGGER transfers_file_ended AFTER UPDATE OF state ON public.reviews_case FOR EACH ROW WHEN ((((old.state)::text = 'awaiting_file'::text) AND ((new.state)::text = 'withdrawn'::text) AND (new.receiving_unit_id <> new.sending_unit_id))) EXECUTE FUNCTION public.transfers_file_ended();

-- TRIGGER reviews_case transfers_file_wall
CREATE TRIGGER transfers_file_wall AFTER UPDATE OF state ON public.reviews_case FOR EACH ROW WHEN ((((old.state)::text = 'awaiting_file'::text) AND ((new.state)::text = 'completed'::text) AND ((new.kind)::text = ANY ((ARRAY['cross_province_transfer'::character varying, 'post_graduation_enrolment'::character varying])::text[])))) EXECUTE FUNCTION public.transfers_file_wall();

-- TRIGGER reviews_case zzz_keep_names
CREATE TRIGGER zzz_keep_names BEFORE UPDATE ON public.reviews_case FOR EACH ROW WHEN (((new.closed_at IS NOT NULL) AND (old.closed_at IS NULL))) EXECUTE FUNCTION public.reviews_names_at_end('created_by_id', 'unit:receiving_unit_id', 'unit:sending_unit_id');

-- TRIGGER reviews_fault fault_wall
CREATE TRIGGER fault_wall BEFORE INSERT OR DELETE OR UPDATE ON public.reviews_fault FOR EACH ROW EXECUTE FUNCTION public.reviews_fault_wall();

-- TRIGGER reviews_fault no_truncate
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.reviews_fault FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_refuse_change();

-- TRIGGER reviews_fault zzz_keep_names
CREATE TRIGGER zzz_keep_names BEFORE INSERT OR UPDATE ON public.reviews_fault FOR EACH ROW EXECUTE FUNCTION public.orgs_keep_names('opened_by_id', 'closed_by_id', 'unit:opened_from_id', 'unit:closed_from_id');

-- TRIGGER reviews_forbiddenphrase bump
CREATE TRIGGER bump AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.reviews_forbiddenphrase FOR EACH STATEMENT EXECUTE FUNCTION public.reviews_bump_revision();

-- TRIGGER reviews_forbiddenphrase nation_keeps
CREATE TRIGGER nation_keeps BEFORE DELETE OR UPDATE ON public.reviews_forbiddenphrase FOR EACH ROW EXECUTE FUNCTION public.reviews_nation_keeps();

-- TRIGGER reviews_limit bump
CREATE TRIGGER bump AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.reviews_limit FOR EACH STATEMENT EXECUTE FUNCTION public.reviews_bump_revision();

-- TRIGGER reviews_overduerecord append_only
CREATE TRIGGER append_only BEFORE UPDATE ON public.reviews_overduerecord FOR EACH ROW EXECUTE FUNCTION public.ledger_refuse_change();

-- TRIGGER reviews_overduerecord no_delete
CREATE TRIGGER no_delete BEFORE DELETE ON public.reviews_overduerecord FOR EACH ROW EXECUTE FUNCTION public.reviews_no_delete();

-- TRIGGER reviews_overduerecord no_truncate
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.reviews_overduerecord FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_refuse_change();

-- TRIGGER reviews_overduerecord stamp
CREATE TRIGGER stamp BEFORE INSERT ON public.reviews_overduerecord FOR EACH ROW EXECUTE FUNCTION public.reviews_overdue_stamp();

-- TRIGGER reviews_refusalreason bump
CREATE TRIGGER bump AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.reviews_refusalreason FOR EACH STATEMENT EXECUTE FUNCTION public.reviews_bump_revision();

-- TRIGGER reviews_refusalreason reason_wall
CREATE TRIGGER reason_wall BEFORE INSERT OR UPDATE OF text, kinds, stages, province_id, valid_from, valid_until ON public.reviews_refusalreason FOR EACH ROW EXECUTE FUNCTION public.reviews_reason_wall();

-- TRIGGER reviews_route bump
CREATE TRIGGER bump AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.reviews_route FOR EACH STATEMENT EXECUTE FUNCTION public.reviews_bump_revision();

-- TRIGGER reviews_route route_wall
CREATE TRIGGER route_wall BEFORE UPDATE ON public.reviews_route FOR EACH ROW EXECUTE FUNCTION public.reviews_route_wall();

-- TRIGGER reviews_step insert_wall
CREATE TRIGGER insert_wall BEFORE INSERT ON public.reviews_step FOR EACH ROW EXECUTE FUNCTION public.reviews_step_insert_wall();

-- TRIGGER reviews_step no_delete
CREATE TRIGGER no_delete BEFORE DELETE ON public.reviews_step FOR EACH ROW EXECUTE FUNCTION public.reviews_no_delete();

-- TRIGGER reviews_step no_truncate
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.reviews_step FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_refuse_change();

-- TRIGGER reviews_step one_unit
CREATE TRIGGER one_unit BEFORE UPDATE ON public.reviews_step FOR EACH ROW WHEN (((old.closed_at IS NULL) AND (((new.handler_id IS DISTINCT FROM old.handler_id) AND (new.handler_id IS NOT NULL)) OR (new.signer_id IS NOT NULL)))) EXECUTE FUNCTION public.reviews_step_one_unit();

-- TRIGGER reviews_step one_unit_insert
CREATE TRIGGER one_unit_insert BEFORE INSERT ON public.reviews_step FOR EACH ROW WHEN ((new.handler_id IS NOT NULL)) EXECUTE FUNCTION public.reviews_step_one_unit();

-- TRIGGER reviews_step record_late
CREATE TRIGGER record_late AFTER UPDATE ON public.reviews_step FOR EACH ROW WHEN (((old.closed_at IS NULL) AND (new.closed_at IS NOT NULL) AND (new.overdue_at IS NOT NULL))) EXECUTE FUNCTION public.reviews_record_late();

-- TRIGGER reviews_step resumes
CREATE TRIGGER resumes BEFORE INSERT OR UPDATE OF resumes_id ON public.reviews_step FOR EACH ROW EXECUTE FUNCTION public.reviews_step_resumes();

-- TRIGGER reviews_step seat_wall
CREATE TRIGGER seat_wall BEFORE INSERT OR UPDATE ON public.reviews_step FOR EACH ROW EXECUTE FUNCTION public.reviews_step_seat();

-- TRIGGER reviews_step step_begun
CREATE CONSTRAINT TRIGGER step_begun AFTER INSERT ON public.reviews_step DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((new.handler_id IS NOT NULL)) EXECUTE FUNCTION public.reviews_step_recorded();

-- TRIGGER reviews_step step_handled
CREATE CONSTRAINT TRIGGER step_handled AFTER UPDATE ON public.reviews_step DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (((new.handler_id IS NOT NULL) AND (new.handler_id IS DISTINCT FROM old.handler_id))) EXECUTE FUNCTION public.reviews_step_recorded();

-- TRIGGER reviews_step step_signed
CREATE CONSTRAINT TRIGGER step_signed AFTER UPDATE ON public.reviews_step DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (((old.signer_id IS NULL) AND (new.signer_id IS NOT NULL))) EXECUTE FUNCTION public.reviews_step_recorded();

-- TRIGGER reviews_step step_wall
CREATE TRIGGER step_wall BEFORE UPDATE ON public.reviews_step FOR EACH ROW EXECUTE FUNCTION public.reviews_step_wall();

-- TRIGGER reviews_step zz_mark_late
CREATE TRIGGER zz_mark_late BEFORE UPDATE ON public.reviews_step FOR EACH ROW WHEN (((old.closed_at IS NULL) AND ((new.outcome)::text <> ''::text) AND (old.overdue_at IS NULL))) EXECUTE FUNCTION public.reviews_mark_late();

-- TRIGGER reviews_step zzz_keep_names
CREATE TRIGGER zzz_keep_names BEFORE UPDATE ON public.reviews_step FOR EACH ROW WHEN (((new.first_opened_by_id IS DISTINCT FROM old.first_opened_by_id) OR (new.handler_id IS DISTINCT FROM old.handler_id) OR (new.signer_id IS DISTINCT FROM old.signer_id))) EXECUTE FUNCTION public.orgs_keep_names('first_opened_by_id', 'handler_id', 'signer_id');

-- TRIGGER reviews_vacation bump
CREATE TRIGGER bump AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.reviews_vacation FOR EACH STATEMENT EXECUTE FUNCTION public.reviews_bump_revision();

-- TRIGGER reviews_wallappeal appeal_wall
CREATE TRIGGER appeal_wall BEFORE UPDATE ON public.reviews_wallappeal FOR EACH ROW EXECUTE FUNCTION public.reviews_appeal_wall();

-- TRIGGER reviews_wallappeal insert_wall
CREATE TRIGGER insert_wall BEFORE INSERT ON public.reviews_wallappeal FOR EACH ROW EXECUTE FUNCTION public.reviews_appeal_insert_wall();

-- TRIGGER reviews_wallappeal no_delete
CREATE TRIGGER no_delete BEFORE DELETE ON public.reviews_wallappeal FOR EACH ROW EXECUTE FUNCTION public.reviews_no_delete();

-- TRIGGER reviews_wallappeal no_truncate
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.reviews_wallappeal FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_refuse_change();

-- TRIGGER reviews_wallappeal one_unit
CREATE TRIGGER one_unit BEFORE UPDATE ON public.reviews_wallappeal FOR EACH ROW WHEN (((new.decider_id IS NOT NULL) AND ((old.ruling)::text = ''::text))) EXECUTE FUNCTION public.reviews_ruling_one_unit();

-- TRIGGER reviews_wallappeal unit_seat_first
CREATE TRIGGER unit_seat_first BEFORE INSERT ON public.reviews_wallappeal FOR EACH ROW EXECUTE FUNCTION public.orgs_paper_seat('account_id', 'unit_id', 'registrar head', 'appeal_seat', '上报由轮到的单位今天在岗的学籍管理员、负责人提出（附件1 三.2）');

-- TRIGGER reviews_wallappeal unit_seat_second
CREATE TRIGGER unit_seat_second BEFORE UPDATE ON public.reviews_wallappeal FOR EACH ROW EXECUTE FUNCTION public.orgs_paper_seat('decider_id', 'upper_id', 'head', 'appeal_seat', '裁定由主管部门今天在岗的负责人作出（附件1 三.2）');

-- TRIGGER reviews_wallappeal zzz_keep_names
CREATE TRIGGER zzz_keep_names BEFORE INSERT OR UPDATE ON public.reviews_wallappeal FOR EACH ROW EXECUTE FUNCTION public.orgs_keep_names('account_id', 'decider_id', 'unit:unit_id', 'unit:upper_id');

-- TRIGGER reviews_wallmark insert_wall
CREATE TRIGGER insert_wall BEFORE INSERT ON public.reviews_wallmark FOR EACH ROW EXECUTE FUNCTION public.reviews_mark_wall();

-- TRIGGER reviews_wallmark no_change
CREATE TRIGGER no_change BEFORE UPDATE ON public.reviews_wallmark FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_refuse_change();

-- TRIGGER reviews_wallmark no_delete
CREATE TRIGGER no_delete BEFORE DELETE ON public.reviews_wallmark FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_refuse_change();

-- TRIGGER reviews_wallmark no_truncate
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.reviews_wallmark FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_refuse_change();

-- TRIGGER reviews_wallwords bump
CREATE TRIGGER bump AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.reviews_wallwords FOR EACH STATEMENT EXECUTE FUNCTION public.reviews_bump_revision();

-- TRIGGER reviews_wallwords nation_keeps
CREATE TRIGGER nation_keeps BEFORE DELETE OR UPDATE ON public.reviews_wallwords FOR EACH ROW EXECUTE FUNCTION public.reviews_nation_keeps();

-- TRIGGER reviews_window bump
CREATE TRIGGER bump AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.reviews_window FOR EACH STATEMENT EXECUTE FUNCTION public.reviews_bump_revision();

-- TRIGGER reviews_yearrow bump
CREATE TRIGGER bump AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.reviews_yearrow FOR EACH STATEMENT EXECUTE FUNCTION public.reviews_bump_revision();

-- TRIGGER students_bulletin bulletin_wall
CREATE TRIGGER bulletin_wall BEFORE DELETE OR UPDATE ON public.students_bulletin FOR EACH ROW EXECUTE FUNCTION public.students_bulletin_wall();

-- TRIGGER students_bulletin proposed_first
CREATE TRIGGER proposed_first BEFORE INSERT OR UPDATE ON public.students_bulletin FOR EACH ROW EXECUTE FUNCTION public.students_bulletin_order();

-- TRIGGER students_bulletin two_persons
CREATE TRIGGER two_persons BEFORE INSERT OR UPDATE ON public.students_bulletin FOR EACH ROW EXECUTE FUNCTION public.orgs_two_persons('proposed_by_id', 'published_by_id', 'bulletin_two_people', '拟发和发布须由两个人办理（附件1 三.1）');

-- TRIGGER students_bulletin unit_seat_first
CREATE TRIGGER unit_seat_first BEFORE INSERT OR UPDATE ON public.students_bulletin FOR EACH ROW EXECUTE FUNCTION public.orgs_paper_seat('proposed_by_id', 'province_id', 'registrar', 'bulletin_seat', '月度通报由省级今天在岗的学籍管理员拟发（三.7）');

-- TRIGGER students_bulletin unit_seat_second
CREATE TRIGGER unit_seat_second BEFORE INSERT OR UPDATE ON public.students_bulletin FOR EACH ROW EXECUTE FUNCTION public.orgs_paper_seat('published_by_id', 'province_id', 'head', 'bulletin_seat', '月度通报由省级今天在岗的负责人发布（三.7）', 'published_at');

-- TRIGGER students_bulletin zzz_keep_names
CREATE TRIGGER zzz_keep_names BEFORE INSERT OR UPDATE ON public.students_bulletin FOR EACH ROW EXECUTE FUNCTION public.orgs_keep_names('proposed_by_id', 'published_by_id', 'recounted_by_id');

-- TRIGGER students_bulletinline bulletin_line_wall
CREATE TRIGGER bulletin_line_wall BEFORE DELETE OR UPDATE ON public.students_bulletinline FOR EACH ROW EXECUTE FUNCTION public.students_bulletin_line_wall();

-- TRIGGER students_bulletinline zzz_keep_names
CREATE TRIGGER zzz_keep_names BEFORE INSERT OR UPDATE ON public.students_bulletinline FOR EACH ROW EXECUTE FUNCTION public.orgs_keep_names('reply_by_id');

-- TRIGGER students_changesheet begins
CREATE TRIGGER begins BEFORE INSERT ON public.students_changesheet FOR EACH ROW EXECUTE FUNCTION public.orgs_paper_begins('draft');

-- TRIGGER students_changesheet sheet_wall
CREATE TRIGGER sheet_wall BEFORE DELETE OR UPDATE ON public.students_changesheet FOR EACH ROW EXECUTE FUNCTION public.students_sheet_wall();

-- TRIGGER students_changesheet two_persons
CREATE TRIGGER two_persons BEFORE INSERT OR UPDATE ON public.students_changesheet FOR EACH ROW EXECUTE FUNCTION public.orgs_two_persons('prepared_by_id', 'decided_by_id', 'sheet_by_two_people', '填写和核对须由两个人办理（附件1 三.1）');

-- TRIGGER students_changesheet unit_seat_second
CREATE TRIGGER unit_seat_second BEFORE INSERT OR UPDATE ON public.students_changesheet FOR EACH ROW EXECUTE FUNCTION public.orgs_paper_seat('decided_by_id', 'school_class_id', 'registrar', 'sheet_seat', '变动表由本校今天在岗的学籍管理员核对（六）', 'decided_at', 'students_schoolclass');

-- TRIGGER students_changesheet zzz_keep_names
CREATE TRIGGER zzz_keep_names BEFORE INSERT OR UPDATE ON public.students_changesheet FOR EACH ROW EXECUTE FUNCTION public.orgs_keep_names('prepared_by_id', 'decided_by_id');

-- TRIGGER students_changesheetline sheet_line_wall
CREATE TRIGGER sheet_line_wall BEFORE INSERT OR DELETE OR UPDATE ON public.students_changesheetline FOR EACH ROW EXECUTE FUNCTION public.students_sheet_line_wall();

-- TRIGGER students_classcharge no_delete
CREATE TRIGGER no_delete BEFORE DELETE ON public.students_classcharge FOR EACH ROW EXECUTE FUNCTION public.students_no_delete();

-- TRIGGER students_contactattempt contact_wall
CREATE TRIGGER contact_wall BEFORE INSERT OR DELETE OR UPDATE ON public.students_contactattempt FOR EACH ROW EXECUTE FUNCTION public.students_contact_wall();

-- TRIGGER students_dropoutmark begins
CREATE TRIGGER begins BEFORE INSERT ON public.students_dropoutmark FOR EACH ROW EXECUTE FUNCTION public.orgs_paper_begins('marked');

-- TRIGGER students_dropoutmark dropout_kept
CREATE TRIGGER dropout_kept BEFORE DELETE ON public.students_dropoutmark FOR EACH ROW EXECUTE FUNCTION public.students_dropout_wall();

-- TRIGGER students_dropoutmark dropout_wall
CREATE TRIGGER dropout_wall BEFORE UPDATE ON public.students_dropoutmark FOR EACH ROW WHEN ((((old.state)::text <> 'marked'::text) OR (NOT public.orgs_succeeded(old.school_id, new.school_id)))) EXECUTE FUNCTION public.students_dropout_wall();

-- TRIGGER students_dropoutmark succession_wall
CREATE TRIGGER succession_wall BEFORE UPDATE ON public.students_dropoutmark FOR EACH ROW WHEN ((((old.state)::text = 'marked'::text) AND public.orgs_succeeded(old.school_id, new.school_id))) EXECUTE FUNCTION public.orgs_succession_wall('school_id', 'names');

-- TRIGGER students_dropoutmark two_persons
CREATE TRIGGER two_persons BEFORE INSERT OR UPDATE ON public.students_dropoutmark FOR EACH ROW EXECUTE FUNCTION public.orgs_two_persons('marked_by_id', 'signed_by_id', 'dropout_by_two_people', '填报和签核须由两个人办理（附件1 三.1）');

-- TRIGGER students_dropoutmark unit_seat_first
CREATE TRIGGER unit_seat_first BEFORE INSERT OR UPDATE ON public.students_dropoutmark FOR EACH ROW EXECUTE FUNCTION public.orgs_paper_seat('marked_by_id', 'school_id', 'registrar', 'dropout_seat', '辍学报告由本校今天在岗的学籍管理员填报（五.2）', 'marked_at');

-- TRIGGER students_dropoutmark unit_seat_second
CREATE TRIGGER unit_seat_second BEFORE INSERT OR UPDATE ON public.students_dropoutmark FOR EACH ROW EXECUTE FUNCTION public.orgs_paper_seat('signed_by_id', 'school_id', 'head', 'dropout_seat', '辍学报告由本校今天在岗的负责人签核（五.2）', 'signed_at');

-- TRIGGER students_dropoutmark zzz_keep_names
CREATE TRIGGER zzz_keep_names BEFORE INSERT OR UPDATE ON public.students_dropoutmark FOR EACH ROW EXECUTE FUNCTION public.orgs_keep_names('marked_by_id', 'signed_by_id');

-- TRIGGER students_enrolment enrolment_bound
CREATE CONSTRAINT TRIGGER enrolment_bound AFTER INSERT ON public.students_enrolment DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.students_enrolment_bound();

-- TRIGGER students_enrolment enrolment_phase_wall
CREATE CONSTRAINT TRIGGER enrolment_phase_wall AFTER INSERT OR UPDATE OF phase ON public.students_enrolment DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.students_enrolment_phase();

-- TRIGGER students_enrolment enrolment_wall
CREATE TRIGGER enrolment_wall BEFORE UPDATE ON public.students_enrolment FOR EACH ROW EXECUTE FUNCTION public.students_enrolment_wall();

-- TRIGGER students_enrolment leaving_bound
CREATE CONSTRAINT TRIGGER leaving_bound AFTER UPDATE ON public.students_enrolment DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((upper_inf(old.period) AND (NOT upper_inf(new.period)))) EXECUTE FUNCTION public.students_leaving_bound();

-- TRIGGER students_enrolment no_delete
CREATE TRIGGER no_delete BEFORE DELETE ON public.students_enrolment FOR EACH ROW EXECUTE FUNCTION public.students_no_delete();

-- TRIGGER students_fieldchange append_only
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.students_fieldchange FOR EACH ROW EXECUTE FUNCTION public.ledger_refuse_change();

-- TRIGGER students_fieldchange append_only_truncate
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON public.students_fieldchange FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_refuse_change();

-- TRIGGER students_fieldchange change_stamp
CREATE TRIGGER change_stamp BEFORE INSERT ON public.students_fieldchange FOR EACH ROW EXECUTE FUNCTION public.students_change_stamp();

-- TRIGGER students_fieldchange zzz_keep_names
CREATE TRIGGER zzz_keep_names BEFORE INSERT OR UPDATE ON public.students_fieldchange FOR EACH ROW EXECUTE FUNCTION public.orgs_keep_names('by_id');

-- TRIGGER students_graduationcorrection correction_wall
CREATE TRIGGER correction_wall BEFORE INSERT OR DELETE OR UPDATE ON public.students_graduationcorrection FOR EACH ROW EXECUTE FUNCTION public.students_correction_wall();

-- TRIGGER students_graduationline line_wall
CREATE TRIGGER line_wall BEFORE INSERT OR DELETE OR UPDATE ON public.students_graduationline FOR EACH ROW EXECUTE FUNCTION public.students_graduation_line_wall();

-- TRIGGER students_graduationrun begins
CREATE TRIGGER begins BEFORE INSERT ON public.students_graduationrun FOR EACH ROW EXECUTE FUNCTION public.orgs_paper_begins('ready');

-- TRIGGER students_graduationrun graduation_day
CREATE TRIGGER graduation_day AFTER UPDATE OF state ON public.students_graduationrun FOR EACH ROW WHEN (((new.state)::text = 'done'::text)) EXECUTE FUNCTION public.students_graduation_day();

-- TRIGGER students_graduationrun graduation_prepared
CREATE TRIGGER graduation_prepared BEFORE INSERT ON public.students_graduationrun FOR EACH ROW EXECUTE FUNCTION public.students_graduation_wall();

-- TRIGGER students_graduationrun graduation_wall
CREATE TRIGGER graduation_wall BEFORE UPDATE ON public.students_graduationrun FOR EACH ROW EXECUTE FUNCTION public.students_graduation_wall();

-- TRIGGER students_graduationrun no_delete
CREATE TRIGGER no_delete BEFORE DELETE ON public.students_graduationrun FOR EACH ROW EXECUTE FUNCTION public.students_no_delete();

-- TRIGGER students_graduationrun two_persons
CREATE TRIGGER two_persons BEFORE INSERT OR UPDATE ON public.students_graduationrun FOR EACH ROW EXECUTE FUNCTION public.orgs_two_persons('prepared_by_id', 'signed_by_id', 'graduation_two_people', '准备和核办须由两个人办理（附件1 三.1）');

-- TRIGGER students_graduationrun unit_seat_first
CREATE TRIGGER unit_seat_first BEFORE INSERT OR UPDATE ON public.students_graduationrun FOR EACH ROW EXECUTE FUNCTION public.orgs_paper_seat('prepared_by_id', 'school_id', 'registrar', 'graduation_seat', '毕业名单由本校今天在岗的学籍管理员准备（附件1 三.1）', 'prepared_at');

-- TRIGGER students_graduationrun unit_seat_second
CREATE TRIGGER unit_seat_second BEFORE INSERT OR UPDATE ON public.students_graduationrun FOR EACH ROW EXECUTE FUNCTION public.orgs_paper_seat('signed_by_id', 'school_id', 'head', 'graduation_seat', '毕业名单由本校今天在岗的负责人核办（附件1 三.1）', 'signed_at');

-- TRIGGER students_graduationrun zzz_keep_names
CREATE TRIGGER zzz_keep_names BEFORE INSERT OR UPDATE ON public.students_graduationrun FOR EACH ROW EXECUTE FUNCTION public.orgs_keep_names('prepared_by_id', 'signed_by_id');

-- TRIGGER students_importbatch import_wall
CREATE TRIGGER import_wall BEFORE DELETE OR UPDATE ON public.students_importbatch FOR EACH ROW EXECUTE FUNCTION public.students_import_wall();

-- TRIGGER students_issuingbatch batch_fixed
CREATE TRIGGER batch_fixed BEFORE UPDATE ON public.students_issuingbatch FOR EACH ROW WHEN (((old.state)::text = ANY ((ARRAY['done'::character varying, 'dropped'::character varying])::text[]))) EXECUTE FUNCTION public.students_issuing_wall();

-- TRIGGER students_issuingbatch begins
CREATE TRIGGER begins BEFORE INSERT ON public.students_issuingbatch FOR EACH ROW EXECUTE FUNCTION public.orgs_paper_begins('checking');

-- TRIGGER students_issuingbatch no_delete
CREATE TRIGGER no_delete BEFORE DELETE ON public.students_issuingbatch FOR EACH ROW EXECUTE FUNCTION public.students_no_delete();

-- TRIGGER students_issuingbatch two_persons
CREATE TRIGGER two_persons BEFORE INSERT OR UPDATE ON public.students_issuingbatch FOR EACH ROW EXECUTE FUNCTION public.orgs_two_persons('prepared_by_id', 'confirmed_by_id', 'batch_two_people', '准备和确认须由两个人办理（附件1 三.1）');

-- TRIGGER students_issuingbatch unit_seat_first
CREATE TRIGGER unit_seat_first BEFORE INSERT OR UPDATE ON public.students_issuingbatch FOR EACH ROW EXECUTE FUNCTION public.orgs_paper_seat('prepared_by_id', 'province_id', 'registrar', 'batch_seat', '学籍号下发由省级今天在岗的学籍管理员准备（附件1 一.2）', 'prepared_at');

-- TRIGGER students_issuingbatch unit_seat_second
CREATE TRIGGER unit_seat_second BEFORE INSERT OR UPDATE ON public.students_issuingbatch FOR EACH ROW EXECUTE FUNCTION public.orgs_paper_seat('confirmed_by_id', 'province_id', 'head', 'batch_seat', '学籍号下发由省级今天在岗的负责人确认（附件1 一.2）', 'confirmed_at');

-- TRIGGER students_issuingbatch zzz_keep_names
CREATE TRIGGER zzz_keep_names BEFORE INSERT OR UPDATE ON public.students_issuingbatch FOR EACH ROW EXECUTE FUNCTION public.orgs_keep_names('prepared_by_id', 'confirmed_by_id');

-- TRIGGER students_issuingline issuing_fixed
CREATE TRIGGER issuing_fixed BEFORE UPDATE ON public.students_issuingline FOR EACH ROW WHEN (((old.issued_id IS NOT NULL) OR ((old.reason)::text <> ''::text))) EXECUTE FUNCTION public.students_issuing_wall();

-- TRIGGER students_issuingline no_delete
CREATE TRIGGER no_delete BEFORE DELETE ON public.students_issuingline FOR EACH ROW EXECUTE FUNCTION public.students_no_delete();

-- TRIGGER students_keyinformationchange facts_fixed
CREATE TRIGGER facts_fixed BEFORE DELETE OR UPDATE ON public.students_keyinformationchange FOR EACH ROW EXECUTE FUNCTION public.reviews_facts_fixed('answer', 'answered_at', 'answered_of', 'conflict', 'was');

-- TRIGGER students_knowntwins append_only
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.students_knowntwins FOR EACH ROW EXECUTE FUNCTION public.ledger_refuse_change();

-- TRIGGER students_latechild late_answered
CREATE TRIGGER late_answered BEFORE UPDATE OF state ON public.students_latechild FOR EACH ROW WHEN ((((old.state)::text = 'collected'::text) AND ((new.state)::text <> 'collected'::text))) EXECUTE FUNCTION public.students_late_answered();

-- TRIGGER students_latechild late_kept
CREATE TRIGGER late_kept BEFORE DELETE ON public.students_latechild FOR EACH ROW EXECUTE FUNCTION public.students_late_wall();

-- TRIGGER students_latechild late_wall
CREATE TRIGGER late_wall BEFORE UPDATE ON public.students_latechild FOR EACH ROW WHEN ((((old.state)::text <> ALL ((ARRAY['listed'::character varying, 'sent'::character varying, 'collected'::character varying, 'returned'::character varying])::text[])) OR (NOT public.orgs_succeeded(old.school_id, new.school_id)))) EXECUTE FUNCTION public.students_late_wall();

-- TRIGGER students_latechild succession_wall
CREATE TRIGGER succession_wall BEFORE UPDATE ON public.students_latechild FOR EACH ROW WHEN ((((old.state)::text = ANY ((ARRAY['listed'::character varying, 'sent'::character varying, 'collected'::character varying, 'returned'::character varying])::text[])) AND public.orgs_succeeded(old.school_id, new.school_id))) EXECUTE FUNCTION public.orgs_succession_wall('school_id', 'class_number');

-- TRIGGER students_monthlycheck begins
CREATE TRIGGER begins BEFORE INSERT ON public.students_monthlycheck FOR EACH ROW EXECUTE FUNCTION public.orgs_paper_begins('closed');

-- TRIGGER students_monthlycheck month_wall
CREATE TRIGGER month_wall BEFORE DELETE OR UPDATE ON public.students_monthlycheck FOR EACH ROW EXECUTE FUNCTION public.students_month_wall();

-- TRIGGER students_monthlycheck two_persons
CREATE TRIGGER two_persons BEFORE INSERT OR UPDATE ON public.students_monthlycheck FOR EACH ROW EXECUTE FUNCTION public.orgs_two_persons('closed_by_id', 'sent_by_id', 'late_month_two_people', '收表和上报须由两个人办理（附件1 三.1）');

-- TRIGGER students_monthlycheck unit_seat_first
CREATE TRIGGER unit_seat_first BEFORE INSERT OR UPDATE ON public.students_monthlycheck FOR EACH ROW EXECUTE FUNCTION public.orgs_paper_seat('closed_by_id', 'province_id', 'registrar', 'month_seat', '月末名单由省级今天在岗的学籍管理员收表（附件1 二）', 'closed_at');

-- TRIGGER students_monthlycheck unit_seat_second
CREATE TRIGGER unit_seat_second BEFORE INSERT OR UPDATE ON public.students_monthlycheck FOR EACH ROW EXECUTE FUNCTION public.orgs_paper_seat('sent_by_id', 'province_id', 'head', 'month_seat', '月末名单由省级今天在岗的负责人上报（附件1 二）', 'sent_at');

-- TRIGGER students_monthlycheck zzz_keep_names
CREATE TRIGGER zzz_keep_names BEFORE INSERT OR UPDATE ON public.students_monthlycheck FOR EACH ROW EXECUTE FUNCTION public.orgs_keep_names('closed_by_id', 'sent_by_id');

-- TRIGGER students_numberdeletion facts_fixed
CREATE TRIGGER facts_fixed BEFORE UPDATE ON public.students_numberdeletion FOR EACH ROW EXECUTE FUNCTION public.reviews_facts_fixed();

-- TRIGGER students_numberdeletion no_delete
CREATE TRIGGER no_delete BEFORE DELETE ON public.students_numberdeletion FOR EACH ROW EXECUTE FUNCTION public.students_no_delete();

-- TRIGGER students_printbatch no_delete
CREATE TRIGGER no_delete BEFORE DELETE ON public.students_printbatch FOR EACH ROW EXECUTE FUNCTION public.students_no_delete();

-- TRIGGER students_problemanswer facts_fixed
CREATE TRIGGER facts_fixed BEFORE UPDATE ON public.students_problemanswer FOR EACH ROW EXECUTE FUNCTION public.reviews_facts_fixed();

-- TRIGGER students_problemanswer no_delete
CREATE TRIGGER no_delete BEFORE DELETE ON public.students_problemanswer FOR EACH ROW EXECUTE FUNCTION public.students_no_delete();

-- TRIGGER students_problemrecord problem_wall
CREATE TRIGGER problem_wall BEFORE DELETE OR UPDATE ON public.students_problemrecord FOR EACH ROW EXECUTE FUNCTION public.students_problem_wall();

-- TRIGGER students_pupilphoto append_only
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.students_pupilphoto FOR EACH ROW EXECUTE FUNCTION public.ledger_refuse_change();

-- TRIGGER students_pupilphoto append_only_truncate
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON public.students_pupilphoto FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_refuse_change();

-- TRIGGER students_pupilphoto photo_stamp
CREATE TRIGGER photo_stamp BEFORE INSERT ON public.students_pupilphoto FOR EACH ROW EXECUTE FUNCTION public.students_photo_stamp();

-- TRIGGER students_pupilrecord no_delete
CREATE TRIGGER no_delete BEFORE DELETE ON public.students_pupilrecord FOR EACH ROW EXECUTE FUNCTION public.students_no_delete();

-- TRIGGER students_recordremoval append_only
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.students_recordremoval FOR EACH ROW EXECUTE FUNCTION public.ledger_refuse_change();

-- TRIGGER students_recordremoval removal_alone
CREATE TRIGGER removal_alone BEFORE INSERT ON public.students_recordremoval FOR EACH ROW EXECUTE FUNCTION public.students_removal_alone();

-- TRIGGER students_recordremoval removal_bound
CREATE CONSTRAINT TRIGGER removal_bound AFTER INSERT ON public.students_recordremoval DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.students_removal_bound();

-- TRIGGER students_recordremoval removal_wall
CREATE TRIGGER removal_wall BEFORE INSERT ON public.students_recordremoval FOR EACH ROW EXECUTE FUNCTION public.students_removal_wall();

-- TRIGGER students_recruitedpupil begins
CREATE TRIGGER begins BEFORE INSERT ON public.students_recruitedpupil FOR EACH ROW EXECUTE FUNCTION public.orgs_paper_begins('listed');

-- TRIGGER students_recruitedpupil recruited_graduate
CREATE TRIGGER recruited_graduate BEFORE INSERT ON public.students_recruitedpupil FOR EACH ROW EXECUTE FUNCTION public.students_recruited_graduate();

-- TRIGGER students_recruitedpupil recruited_graduate_again
CREATE TRIGGER recruited_graduate_again BEFORE UPDATE OF state ON public.students_recruitedpupil FOR EACH ROW WHEN ((((old.state)::text <> ALL ((ARRAY['listed'::character varying, 'sent'::character varying, 'admitted'::character varying])::text[])) AND ((new.state)::text = ANY ((ARRAY['listed'::character varying, 'sent'::character varying, 'admitted'::character varying])::text[])))) EXECUTE FUNCTION public.students_recruited_graduate();

-- TRIGGER students_recruitedpupil recruited_kept
CREATE TRIGGER recruited_kept BEFORE DELETE ON public.students_recruitedpupil FOR EACH ROW EXECUTE FUNCTION public.students_recruited_wall();

-- TRIGGER students_recruitedpupil recruited_list
CREATE TRIGGER recruited_list BEFORE INSERT OR UPDATE ON public.students_recruitedpupil FOR EACH ROW EXECUTE FUNCTION public.students_recruited_list();

-- TRIGGER students_recruitedpupil recruited_wall
CREATE TRIGGER recruited_wall BEFORE UPDATE ON public.students_recruitedpupil FOR EACH ROW WHEN ((((old.state)::text <> ALL ((ARRAY['listed'::character varying, 'sent'::character varying, 'admitted'::character varying, 'returned'::character varying])::text[])) OR (NOT public.orgs_succeeded(old.school_id, new.school_id)))) EXECUTE FUNCTION public.students_recruited_wall();

-- TRIGGER students_recruitedpupil succession_wall
CREATE TRIGGER succession_wall BEFORE UPDATE ON public.students_recruitedpupil FOR EACH ROW WHEN ((((old.state)::text = ANY ((ARRAY['listed'::character varying, 'sent'::character varying, 'admitted'::character varying, 'returned'::character varying])::text[])) AND public.orgs_succeeded(old.school_id, new.school_id))) EXECUTE FUNCTION public.orgs_succession_wall('school_id');

-- TRIGGER students_recruitedpupil unit_seat_first
CREATE TRIGGER unit_seat_first BEFORE INSERT OR UPDATE ON public.students_recruitedpupil FOR EACH ROW EXECUTE FUNCTION public.orgs_paper_seat('listed_by_id', 'school_id', 'registrar', 'recruited_seat', '招生名册由招生学校今天在岗的学籍管理员登记（四.3）', 'listed_at');

-- TRIGGER students_recruitedpupil unit_seat_second
CREATE TRIGGER unit_seat_second BEFORE INSERT OR UPDATE ON public.students_recruitedpupil FOR EACH ROW EXECUTE FUNCTION public.orgs_paper_seat('reporting_by_id', 'school_id', 'registrar', 'recruited_seat', '报到由招生学校今天在岗的学籍管理员登记（四.3）');

-- TRIGGER students_recruitmentreturn no_delete
CREATE TRIGGER no_delete BEFORE DELETE ON public.students_recruitmentreturn FOR EACH ROW EXECUTE FUNCTION public.students_no_delete();

-- TRIGGER students_registrationnumber g_successor
CREATE CONSTRAINT TRIGGER g_successor AFTER UPDATE ON public.students_registrationnumber DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.students_g_successor();

-- TRIGGER students_registrationnumber number_closed_case
CREATE TRIGGER number_closed_case BEFORE UPDATE ON public.students_registrationnumber FOR EACH ROW WHEN (((old.closed_at IS NOT NULL) AND ((new.closed_case)::text IS DISTINCT FROM (old.closed_case)::text))) EXECUTE FUNCTION public.students_number_closed();

-- TRIGGER students_registrationnumber number_letter
CREATE TRIGGER number_letter BEFORE INSERT ON public.students_registrationnumber FOR EACH ROW EXECUTE FUNCTION public.students_number_letter();

-- TRIGGER students_registrationnumber number_no_truncate
CREATE TRIGGER number_no_truncate BEFORE TRUNCATE ON public.students_registrationnumber FOR EACH STATEMENT EXECUTE FUNCTION public.students_no_delete();

-- TRIGGER students_registrationnumber number_wall
CREATE TRIGGER number_wall BEFORE DELETE OR UPDATE ON public.students_registrationnumber FOR EACH ROW EXECUTE FUNCTION public.students_number_wall();

-- TRIGGER students_registrationnumber sealed_wall
CREATE TRIGGER sealed_wall BEFORE UPDATE ON public.students_registrationnumber FOR EACH ROW WHEN (((new.sealed <> old.sealed) OR (new.id <> old.id))) EXECUTE FUNCTION public.students_sealed_wall();

-- TRIGGER students_sampledpupil sample_wall
CREATE TRIGGER sample_wall BEFORE DELETE OR UPDATE ON public.students_sampledpupil FOR EACH ROW EXECUTE FUNCTION public.students_sample_wall();

-- TRIGGER students_schoolclass class_wall
CREATE CONSTRAINT TRIGGER class_wall AFTER UPDATE OF school_id, phase, cohort ON public.students_schoolclass DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.students_class_wall();

-- TRIGGER students_schoolverification begins
CREATE TRIGGER begins BEFORE INSERT ON public.students_schoolverification FOR EACH ROW EXECUTE FUNCTION public.orgs_paper_begins('open');

-- TRIGGER students_schoolverification round_wall
CREATE TRIGGER round_wall BEFORE DELETE OR UPDATE ON public.students_schoolverification FOR EACH ROW EXECUTE FUNCTION public.students_round_wall();

-- TRIGGER students_schoolverification two_persons
CREATE TRIGGER two_persons BEFORE INSERT OR UPDATE ON public.students_schoolverification FOR EACH ROW EXECUTE FUNCTION public.orgs_two_persons('submitted_by_id', 'signed_by_id', 'schoolverification_by_two_people', '提交和签核须由两个人办理（附件1 三.1）');

-- TRIGGER students_schoolverification unit_seat_first
CREATE TRIGGER unit_seat_first BEFORE INSERT OR UPDATE ON public.students_schoolverification FOR EACH ROW EXECUTE FUNCTION public.orgs_paper_seat('submitted_by_id', 'school_id', 'registrar', 'verification_seat', '学期核查由本校今天在岗的学籍管理员提交（六）', 'submitted_at');

-- TRIGGER students_schoolverification unit_seat_second
CREATE TRIGGER unit_seat_second BEFORE INSERT OR UPDATE ON public.students_schoolverification FOR EACH ROW EXECUTE FUNCTION public.orgs_paper_seat('signed_by_id', 'school_id', 'head', 'verification_seat', '学期核查由本校今天在岗的负责人签核（六）', 'signed_at');

-- TRIGGER students_schoolverification zzz_keep_names
CREATE TRIGGER zzz_keep_names BEFORE INSERT OR UPDATE ON public.students_schoolverification FOR EACH ROW EXECUTE FUNCTION public.orgs_keep_names('submitted_by_id', 'signed_by_id');

-- TRIGGER students_sheetprint append_only
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.students_sheetprint FOR EACH ROW EXECUTE FUNCTION public.ledger_refuse_change();

-- TRIGGER students_sheetprint append_only_truncate
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON public.students_sheetprint FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_refuse_change();

-- TRIGGER students_sheetprint print_stamp
CREATE TRIGGER print_stamp BEFORE INSERT ON public.students_sheetprint FOR EACH ROW EXECUTE FUNCTION public.students_print_stamp();

-- TRIGGER students_sheetprint zzz_keep_names
CREATE TRIGGER zzz_keep_names BEFORE INSERT OR UPDATE ON public.students_sheetprint FOR EACH ROW EXECUTE FUNCTION public.orgs_keep_names('by_id', 'unit:unit_id');

-- TRIGGER students_statuschange change_wall
CREATE TRIGGER change_wall BEFORE DELETE OR UPDATE ON public.students_statuschange FOR EACH ROW EXECUTE FUNCTION public.students_change_wall();

-- TRIGGER students_statuschange facts_fixed
CREATE TRIGGER facts_fixed BEFORE UPDATE ON public.students_statuschange FOR EACH ROW EXECUTE FUNCTION public.reviews_facts_fixed('status_was', 'reminded');

-- TRIGGER students_student cohort_bound
CREATE CONSTRAINT TRIGGER cohort_bound AFTER UPDATE OF cohort ON public.students_student DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((old.cohort <> new.cohort)) EXECUTE FUNCTION public.students_cohort_bound();

-- TRIGGER students_student completion_wall
CREATE TRIGGER completion_wall BEFORE UPDATE OF status ON public.students_student FOR EACH ROW WHEN ((((new.status)::text = ANY ((ARRAY['completed'::character varying, 'incomplete'::character varying])::text[])) AND ((old.status)::text <> (new.status)::text) AND ((new.phase)::text <> 'senior'::text))) EXECUTE FUNCTION public.students_completion_wall();

-- TRIGGER students_student graduate_listed
CREATE TRIGGER graduate_listed BEFORE UPDATE OF status ON public.students_student FOR EACH ROW WHEN ((((old.status)::text = 'graduated'::text) AND ((new.status)::text <> 'graduated'::text))) EXECUTE FUNCTION public.students_graduate_listed();

-- TRIGGER students_student graduated_bound
CREATE CONSTRAINT TRIGGER graduated_bound AFTER UPDATE OF status ON public.students_student DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((((new.status)::text = 'graduated'::text) AND ((old.status)::text <> ALL ((ARRAY['graduated'::character varying, 'enrolled'::character varying])::text[])))) EXECUTE FUNCTION public.students_graduated_bound();

-- TRIGGER students_student graduated_day
CREATE CONSTRAINT TRIGGER graduated_day AFTER UPDATE OF status, graduated_on ON public.students_student DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (((new.status)::text = ANY ((ARRAY['graduated'::character varying, 'completed'::character varying, 'incomplete'::character varying])::text[]))) EXECUTE FUNCTION public.students_graduated_day();

-- TRIGGER students_student no_delete
CREATE TRIGGER no_delete BEFORE DELETE ON public.students_student FOR EACH ROW EXECUTE FUNCTION public.students_no_delete();

-- TRIGGER students_student phase_wall
CREATE TRIGGER phase_wall BEFORE UPDATE OF phase ON public.students_student FOR EACH ROW WHEN (((old.phase)::text IS DISTINCT FROM (new.phase)::text)) EXECUTE FUNCTION public.students_phase_wall();

-- TRIGGER students_student placement_wall
CREATE CONSTRAINT TRIGGER placement_wall AFTER INSERT OR UPDATE OF school_id, school_class_id, phase, cohort, status ON public.students_student DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.students_placement_wall();

-- TRIGGER students_student record_bound
CREATE CONSTRAINT TRIGGER record_bound AFTER UPDATE ON public.students_student DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (((old.school_id IS DISTINCT FROM new.school_id) OR ((old.status)::text IS DISTINCT FROM (new.status)::text) OR (((((((old.name)::text IS DISTINCT FROM (new.name)::text) OR ((old.sex)::text IS DISTINCT FROM (new.sex)::text)) OR (old.birth_date IS DISTINCT FROM new.birth_date)) OR ((old.id_type)::text IS DISTINCT FROM (new.id_type)::text)) OR (old.id_number_index IS DISTINCT FROM new.id_number_index)) OR (old.id_number_sealed IS DISTINCT FROM new.id_number_sealed)))) EXECUTE FUNCTION public.students_record_bound();

-- TRIGGER students_student removed_wall
CREATE TRIGGER removed_wall BEFORE UPDATE OF status ON public.students_student FOR EACH ROW WHEN ((((new.status)::text = 'removed'::text) AND ((old.status)::text <> 'removed'::text))) EXECUTE FUNCTION public.students_removed_wall();

-- TRIGGER students_student school_fits
CREATE TRIGGER school_fits BEFORE INSERT OR UPDATE OF school_id, phase ON public.students_student FOR EACH ROW EXECUTE FUNCTION public.students_school_fits();

-- TRIGGER students_student status_wall
CREATE TRIGGER status_wall BEFORE UPDATE OF status ON public.students_student FOR EACH ROW WHEN (((old.status)::text IS DISTINCT FROM (new.status)::text)) EXECUTE FUNCTION public.students_status_wall();

-- TRIGGER students_takenback no_delete
CREATE TRIGGER no_delete BEFORE DELETE ON public.students_takenback FOR EACH ROW EXECUTE FUNCTION public.students_no_delete();

-- TRIGGER students_takenback takenback_wall
CREATE TRIGGER takenback_wall BEFORE INSERT OR UPDATE ON public.students_takenback FOR EACH ROW EXECUTE FUNCTION public.students_takenback_wall();

-- TRIGGER students_twindecision facts_fixed
CREATE TRIGGER facts_fixed BEFORE UPDATE ON public.students_twindecision FOR EACH ROW EXECUTE FUNCTION public.reviews_facts_fixed();

-- TRIGGER students_twindecision no_delete
CREATE TRIGGER no_delete BEFORE DELETE ON public.students_twindecision FOR EACH ROW EXECUTE FUNCTION public.students_no_delete();

-- TRIGGER students_verificationround begins
CREATE TRIGGER begins BEFORE INSERT ON public.students_verificationround FOR EACH ROW EXECUTE FUNCTION public.orgs_paper_begins('open');

-- TRIGGER students_verificationround one_unit
CREATE TRIGGER one_unit BEFORE UPDATE ON public.students_verificationround FOR EACH ROW WHEN (((new.submitted_by_id IS DISTINCT FROM old.submitted_by_id) OR (new.signed_by_id IS DISTINCT FROM old.signed_by_id))) EXECUTE FUNCTION public.students_round_one_unit();

-- TRIGGER students_verificationround round_wall
CREATE TRIGGER round_wall BEFORE DELETE OR UPDATE ON public.students_verificationround FOR EACH ROW EXECUTE FUNCTION public.students_round_wall();

-- TRIGGER students_verificationround two_persons
CREATE TRIGGER two_persons BEFORE INSERT OR UPDATE ON public.students_verificationround FOR EACH ROW EXECUTE FUNCTION public.orgs_two_persons('submitted_by_id', 'signed_by_id', 'verificationround_by_two_people', '提交和签核须由两个人办理（附件1 三.1）');

-- TRIGGER students_verificationround unit_seat_first
CREATE TRIGGER unit_seat_first BEFORE INSERT OR UPDATE ON public.students_verificationround FOR EACH ROW EXECUTE FUNCTION public.orgs_paper_seat('submitted_by_id', 'authority_id', 'registrar', 'verification_seat', '学期核查由主管部门今天在岗的学籍管理员提交（六）', 'submitted_at');

-- TRIGGER students_verificationround unit_seat_opened
CREATE TRIGGER unit_seat_opened BEFORE INSERT OR UPDATE ON public.students_verificationround FOR EACH ROW EXECUTE FUNCTION public.orgs_paper_seat('opened_by_id', 'authority_id', 'registrar', 'verification_seat', '学期核查由主管部门今天在岗的学籍管理员组织（六）', 'opened_at');

-- TRIGGER students_verificationround unit_seat_second
CREATE TRIGGER unit_seat_second BEFORE INSERT OR UPDATE ON public.students_verificationround FOR EACH ROW EXECUTE FUNCTION public.orgs_paper_seat('signed_by_id', 'authority_id', 'head', 'verification_seat', '学期核查由主管部门今天在岗的负责人签核（六）', 'signed_at');

-- TRIGGER students_verificationround zzz_keep_names
CREATE TRIGGER zzz_keep_names BEFORE INSERT OR UPDATE ON public.students_verificationround FOR EACH ROW EXECUTE FUNCTION public.orgs_keep_names('opened_by_id', 'submitted_by_id', 'signed_by_id');

-- TRIGGER tickets_complaint complaint_wall
CREATE TRIGGER complaint_wall BEFORE DELETE OR UPDATE ON public.tickets_complaint FOR EACH ROW EXECUTE FUNCTION public.tickets_paper_wall();

-- TRIGGER tickets_enclosure enclosure_wall
CREATE TRIGGER enclosure_wall BEFORE DELETE OR UPDATE ON public.tickets_enclosure FOR EACH ROW EXECUTE FUNCTION public.tickets_enclosure_wall();

-- TRIGGER tickets_enclosure stamped
CREATE TRIGGER stamped BEFORE INSERT ON public.tickets_enclosure FOR EACH ROW EXECUTE FUNCTION public.orgs_stamped('added_at');

-- TRIGGER tickets_entry entry_wall
CREATE TRIGGER entry_wall BEFORE DELETE OR UPDATE ON public.tickets_entry FOR EACH ROW EXECUTE FUNCTION public.tickets_log_wall();

-- TRIGGER tickets_entry stamped
CREATE TRIGGER stamped BEFORE INSERT ON public.tickets_entry FOR EACH ROW EXECUTE FUNCTION public.orgs_stamped('at');

-- TRIGGER tickets_entry two_persons
CREATE TRIGGER two_persons BEFORE INSERT ON public.tickets_entry FOR EACH ROW WHEN (((new.verb)::text = 'confirm'::text)) EXECUTE FUNCTION public.tickets_confirmed_by_another();

-- TRIGGER tickets_entry unit_seat
CREATE TRIGGER unit_seat BEFORE INSERT ON public.tickets_entry FOR EACH ROW EXECUTE FUNCTION public.orgs_paper_seat('by_id', 'unit_id', 'registrar head technician', 'entry_seat', '单据的办理记录须由这个单位今天在岗的人员作出（正文 三.2）');

-- TRIGGER tickets_entry zzz_keep_names
CREATE TRIGGER zzz_keep_names BEFORE INSERT OR UPDATE ON public.tickets_entry FOR EACH ROW EXECUTE FUNCTION public.orgs_keep_names('by_id', 'unit:unit_id');

-- TRIGGER tickets_problemreport report_wall
CREATE TRIGGER report_wall BEFORE DELETE OR UPDATE ON public.tickets_problemreport FOR EACH ROW EXECUTE FUNCTION public.tickets_paper_wall();

-- TRIGGER tickets_reportedproblem problem_wall
CREATE TRIGGER problem_wall BEFORE INSERT OR DELETE OR UPDATE ON public.tickets_reportedproblem FOR EACH ROW EXECUTE FUNCTION public.tickets_problem_wall();

-- TRIGGER tickets_supervision supervision_wall
CREATE TRIGGER supervision_wall BEFORE DELETE OR UPDATE ON public.tickets_supervision FOR EACH ROW EXECUTE FUNCTION public.tickets_paper_wall();

-- TRIGGER tickets_ticket succession_wall
CREATE TRIGGER succession_wall BEFORE UPDATE ON public.tickets_ticket FOR EACH ROW WHEN ((((old.state)::text = 'drafted'::text) AND public.orgs_succeeded(old.issuing_unit_id, new.issuing_unit_id))) EXECUTE FUNCTION public.orgs_succession_wall('issuing_unit_id', 'holder_id');

-- TRIGGER tickets_ticket ticket_kept
CREATE TRIGGER ticket_kept BEFORE DELETE ON public.tickets_ticket FOR EACH ROW EXECUTE FUNCTION public.tickets_ticket_wall();

-- TRIGGER tickets_ticket ticket_wall
CREATE TRIGGER ticket_wall BEFORE UPDATE ON public.tickets_ticket FOR EACH ROW WHEN ((((old.state)::text <> 'drafted'::text) OR (NOT public.orgs_succeeded(old.issuing_unit_id, new.issuing_unit_id)))) EXECUTE FUNCTION public.tickets_ticket_wall();

-- TRIGGER tickets_ticket two_persons
CREATE TRIGGER two_persons BEFORE INSERT OR UPDATE ON public.tickets_ticket FOR EACH ROW WHEN (((new.kind)::text <> ALL ((ARRAY['check'::character varying, 'complaint'::character varying])::text[]))) EXECUTE FUNCTION public.orgs_two_persons('proposed_by_id', 'issued_by_id', 'ticket_stamped_by_another', '送签和签发须由两个人办理（附件1 三.1）');

-- TRIGGER tickets_ticket unit_seat_first
CREATE TRIGGER unit_seat_first BEFORE INSERT OR UPDATE ON public.tickets_ticket FOR EACH ROW WHEN (((new.kind)::text <> ALL ((ARRAY['check'::character varying, 'complaint'::character varying])::text[]))) EXECUTE FUNCTION public.orgs_paper_seat('proposed_by_id', 'issuing_unit_id', 'registrar head', 'ticket_seat', '单据由发出单位今天在岗的学籍管理员送签（正文 三.2）');

-- TRIGGER tickets_ticket unit_seat_second
CREATE TRIGGER unit_seat_second BEFORE INSERT OR UPDATE ON public.tickets_ticket FOR EACH ROW WHEN (((new.kind)::text <> ALL ((ARRAY['check'::character varying, 'complaint'::character varying])::text[]))) EXECUTE FUNCTION public.orgs_paper_seat('issued_by_id', 'issuing_unit_id', 'head', 'ticket_seat', '单据由发出单位今天在岗的负责人签发（正文 三.2）', 'issued_at');

-- TRIGGER tickets_verification verification_wall
CREATE TRIGGER verification_wall BEFORE DELETE OR UPDATE ON public.tickets_verification FOR EACH ROW EXECUTE FUNCTION public.tickets_paper_wall();

-- TRIGGER transfers_offlinetransfer confirm_wall
CREATE TRIGGER confirm_wall BEFORE INSERT OR UPDATE ON public.transfers_offlinetransfer FOR EACH ROW EXECUTE FUNCTION public.transfers_offline_confirm();

-- TRIGGER transfers_offlinetransfer insert_wall
CREATE TRIGGER insert_wall BEFORE INSERT ON public.transfers_offlinetransfer FOR EACH ROW EXECUTE FUNCTION public.transfers_offline_insert();

-- TRIGGER transfers_offlinetransfer no_delete
CREATE TRIGGER no_delete BEFORE DELETE ON public.transfers_offlinetransfer FOR EACH ROW EXECUTE FUNCTION public.transfers_offline_no_delete();

-- TRIGGER transfers_offlinetransfer no_truncate
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.transfers_offlinetransfer FOR EACH STATEMENT EXECUTE FUNCTION public.transfers_offline_no_delete();

-- TRIGGER transfers_offlinetransfer succession_wall
CREATE TRIGGER succession_wall BEFORE UPDATE ON public.transfers_offlinetransfer FOR EACH ROW WHEN (((old.closed_at IS NULL) AND public.orgs_succeeded(old.school_id, new.school_id))) EXECUTE FUNCTION public.orgs_succession_wall('school_id', 'names');

-- TRIGGER transfers_offlinetransfer two_persons
CREATE TRIGGER two_persons BEFORE INSERT OR UPDATE ON public.transfers_offlinetransfer FOR EACH ROW EXECUTE FUNCTION public.orgs_two_persons('recorded_by_id', 'confirmed_by_id', 'offline_by_two_people', '登记和确认须由两个人办理（附件1 三.1）');

-- TRIGGER transfers_offlinetransfer update_wall
CREATE TRIGGER update_wall BEFORE UPDATE ON public.transfers_offlinetransfer FOR EACH ROW WHEN ((((old.closed_at IS NOT NULL) OR (NOT public.orgs_succeeded(old.school_id, new.school_id))) AND ((to_jsonb(new.*) - '{confirmed_by_id,confirmed_at,names}'::text[]) IS DISTINCT FROM (to_jsonb(old.*) - '{confirmed_by_id,confirmed_at,names}'::text[])))) EXECUTE FUNCTION public.transfers_offline_update();

-- TRIGGER transfers_offlinetransfer zz_confirm_anew
CREATE TRIGGER zz_confirm_anew BEFORE UPDATE ON public.transfers_offlinetransfer FOR EACH ROW WHEN (((old.student_id IS NULL) AND (new.student_id IS NOT NULL) AND (new.closed_at IS NULL))) EXECUTE FUNCTION public.transfers_offline_matched();

-- TRIGGER transfers_offlinetransfer zzz_keep_names
CREATE TRIGGER zzz_keep_names BEFORE INSERT OR UPDATE ON public.transfers_offlinetransfer FOR EACH ROW EXECUTE FUNCTION public.orgs_keep_names('recorded_by_id', 'confirmed_by_id', 'closed_by_id');

-- TRIGGER transfers_transfer facts_fixed
CREATE TRIGGER facts_fixed BEFORE DELETE OR UPDATE ON public.transfers_transfer FOR EACH ROW EXECUTE FUNCTION public.reviews_facts_fixed('reported_on', 'did_not_report', 'reporting_by_id', 'phase_was', 'cohort_was', 'class_was_id', 'graduated_on', 'school_class_id', 'receiving_school_id', 'sending_school_id');

-- TRIGGER transfers_transfer offline_link
CREATE TRIGGER offline_link AFTER INSERT ON public.transfers_transfer FOR EACH ROW EXECUTE FUNCTION public.transfers_offline_link();

-- TRIGGER transfers_transfer reporting_wall
CREATE TRIGGER reporting_wall AFTER UPDATE ON public.transfers_transfer FOR EACH ROW WHEN (((old.reported_on IS DISTINCT FROM new.reported_on) OR (old.did_not_report <> new.did_not_report) OR (old.reporting_by_id IS DISTINCT FROM new.reporting_by_id))) EXECUTE FUNCTION public.transfers_reporting_wall();

-- TRIGGER transfers_transfer schools
CREATE CONSTRAINT TRIGGER schools AFTER UPDATE OF receiving_school_id, sending_school_id ON public.transfers_transfer DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.transfers_schools();

