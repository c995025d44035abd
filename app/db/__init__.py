"""Engine, transactions that know their company, the outbox, sweeps over deadlines, jobs."""
