"""The raw-HTTP names of scripts: `aml_request` and `aml_response`."""
