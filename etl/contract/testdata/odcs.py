"""Validates contract files with the standard's own Python package: its JSON
schema and its model. Exits with 3 and a name when a package is missing."""

import json
import sys
from importlib import resources

try:
    import jsonschema
    import yaml
    from open_data_contract_standard.model import OpenDataContractStandard
except ImportError as missing:
    print(missing.name)
    sys.exit(3)

schema = json.loads((resources.files("open_data_contract_standard") / "schema.json").read_text())
validator = jsonschema.validators.validator_for(schema)(schema)
failed = False
for file in sys.argv[1:]:
    OpenDataContractStandard.from_file(file)
    with open(file) as stream:
        for error in validator.iter_errors(yaml.safe_load(stream)):
            print(f"{file}: {error.json_path}: {error.message}")
            failed = True
sys.exit(failed)
