"""处理问题学籍 (R1.9, R1.4): a school vouches for its record or gives it up; of two claimants the common superior decides."""
