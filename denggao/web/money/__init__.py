"""奖补 pay-out runs, vouchers, reliefs."""
