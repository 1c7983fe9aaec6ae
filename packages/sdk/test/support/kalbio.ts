/** The words of a text. */
const words = (text: string): ReadonlyArray<string> => text.trim().split(/\s+/)

/** The public names of the official Python client, 0.7.0, that stand alone: of the client, its services and its functions. */
export const names = {
  client: words(`KaleidoscopeClient client_id client_secret url additional_headers iap_client_id verify_ssl PROD_API_URL
    TIMEOUT_MAXIMUM VALID_CONTENT_TYPES clear_caches cache_disabled use_cache KalbioAPIError KalbioResponseError`),
  activities: words(`get_activities get_activity_by_type get_activity_by_id get_activities_by_ids
    get_activity_by_external_id create_activity get_activities_with_record search_activities get_definitions
    get_definition_by_id get_definitions_by_ids get_activity_definition_by_external_id ACTIVITY_TYPE_TO_LABEL`),
  dashboards: words("get_dashboards"),
  entity_fields: words(`get_key_fields get_key_field_by_id get_or_create_key_field get_data_fields get_data_field_by_id
    get_or_create_data_field`),
  entity_types: words("get_types get_type_by_name get_types_with_key_fields get_type_exact_keys"),
  exports: words("pull_data filename export_data"),
  files: words("download_file file_id filename destination activity_id"),
  imports: words("push_data push_data_by_field_id get_imports get_import"),
  labels: words("get_labels get_labels_by_ids"),
  programs: words("get_programs get_programs_by_ids create_program update_program"),
  property_fields: words("get_property_fields"),
  record_views: words("get_record_views get_data_fields_on_view"),
  records: words(`get_record_by_id get_records_by_ids batch_size get_or_create_record search_records
    create_record_value_file clear_record_caches`),
  registration: words(`register_file get_registration_files push_status submit_results stage_drafts replace_existing
    validate_drafts submit_drafts get_draft_statuses get_registration_submissions clear_drafts push_submission_status
    submit_submission_results`),
  result_table_templates: words(`get_templates get_template_by_id create_template save_view_as_template update_template
    delete_template duplicate_template promote_view_to_template link_to_operation_definition
    unlink_from_operation_definition bulk_link_to_operation_definitions bulk_unlink_from_operation_definitions`),
  workspace: words(`get_workspace get_members get_members_by_ids get_groups get_groups_by_ids get_events`)
}

/** The public methods and properties of its models, by the name of a value of the model. */
export const members = {
  model: words("to_json to_dict refetch"),
  activity:
    words(`activity_definition assigned_users assigned_groups labels programs child_activities records record_views
    records_on_view get_record has_record update add_records remove_records get_record_data get_events get_comments`),
  definition: words(`update set_registration_settings staging_template_view_id set_queuing_behavior
    content_layout_ids_for_view record_views templates queue_to_views configure_registration activities`),
  property: words("update_property update_property_file"),
  dashboard: words("add_category remove_category get_categories add_record remove_record add_set remove_set"),
  key_field: words("update"),
  data_field: words("update"),
  entity_type: words("get_record_ids"),
  record_view: words("extend_view replace_key_fields"),
  record: words(`get_activities add_value get_value_content include_sub_record_values sub_record record_view
    get_activity_data update_field update_field_file get_values`)
}
