SELECT * FROM notices WHERE is_incident
