"""关键信息变更: name, sex, birth and identity number, with evidence, school and authority (R1.6)."""
