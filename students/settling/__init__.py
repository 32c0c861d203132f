"""处理问题学籍 (R1.9, R1.4): a school vouches for its record or has it removed; of two claimants the common superior
decides; a record that bears a G is removed by the ministry alone."""
