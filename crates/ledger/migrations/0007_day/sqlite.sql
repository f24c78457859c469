UPDATE case_file SET review_on = (SELECT json_extract(v.body, '$.review_on') FROM plan_version v
  WHERE v.tenant = case_file.tenant AND v.case_id = case_file.id ORDER BY v.version DESC LIMIT 1);
