package outbox

const workerEnv = "BROADSHEET_OUTBOX_TEST_WORKER"

func workerMain() int { return 0 }
