CREATE TABLE access_keys (
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    created_at TEXT NOT NULL,
    stations TEXT,
    expires_at TEXT,
    revoked_at TEXT,
    previous_sha256 TEXT,
    previous_until TEXT,
    PRIMARY KEY (sha256),
    UNIQUE (name)
);

CREATE TABLE agreement_texts (
    sha256 TEXT NOT NULL,
    code TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (sha256)
);

CREATE TABLE alarms (
    id INTEGER NOT NULL,
    station TEXT NOT NULL,
    event TEXT NOT NULL,
    at TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    source TEXT,
    PRIMARY KEY (id)
);

CREATE INDEX ix_alarms_station ON alarms (station);

CREATE TABLE assessments (
    id TEXT NOT NULL,
    scorecard TEXT NOT NULL,
    title TEXT NOT NULL,
    basin TEXT NOT NULL,
    period TEXT NOT NULL,
    as_of TEXT NOT NULL,
    score TEXT,
    grade TEXT,
    digest TEXT NOT NULL,
    document TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    PRIMARY KEY (id)
);

CREATE TABLE facts (
    id INTEGER NOT NULL,
    subject TEXT NOT NULL,
    period TEXT NOT NULL,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    document TEXT NOT NULL,
    recorded_by TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    approved_by TEXT,
    PRIMARY KEY (id)
);

CREATE TABLE filled_slots (
    month TEXT NOT NULL,
    station TEXT NOT NULL,
    indicator TEXT NOT NULL,
    accepted INTEGER NOT NULL,
    due INTEGER NOT NULL,
    counted_at TEXT NOT NULL,
    PRIMARY KEY (month, station, indicator)
);

CREATE TABLE flags (
    station TEXT NOT NULL,
    indicator TEXT NOT NULL,
    time TEXT NOT NULL,
    revision INTEGER NOT NULL,
    test TEXT NOT NULL,
    run INTEGER NOT NULL,
    quality INTEGER NOT NULL,
    recorded_at TEXT NOT NULL,
    PRIMARY KEY (station, indicator, time, revision, test, run)
) WITHOUT ROWID;

CREATE TABLE idempotency_keys (
    "key" TEXT NOT NULL,
    body_sha256 TEXT NOT NULL,
    answer TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    PRIMARY KEY ("key")
);

CREATE TABLE locks (
    name TEXT NOT NULL,
    holder TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    PRIMARY KEY (name)
);

CREATE TABLE observations (
    station TEXT NOT NULL,
    indicator TEXT NOT NULL,
    time TEXT NOT NULL,
    revision INTEGER NOT NULL,
    value FLOAT NOT NULL,
    censored BOOLEAN NOT NULL,
    status TEXT NOT NULL,
    mark TEXT NOT NULL,
    reading INTEGER NOT NULL,
    recorded_at TEXT NOT NULL,
    PRIMARY KEY (station, indicator, time, revision)
) WITHOUT ROWID;

CREATE INDEX observations_sampled ON observations (station, time) WHERE substr(mark, 1, 3) = '样品 ';

CREATE TABLE quality_due (
    id INTEGER NOT NULL,
    station TEXT NOT NULL,
    first TEXT NOT NULL,
    last TEXT NOT NULL,
    PRIMARY KEY (id)
);

CREATE TABLE quality_runs (
    id INTEGER NOT NULL,
    until_reading INTEGER NOT NULL,
    recorded_at TEXT NOT NULL,
    began_at TEXT,
    PRIMARY KEY (id)
);

CREATE TABLE readings (
    id INTEGER NOT NULL,
    submission INTEGER NOT NULL,
    file INTEGER NOT NULL,
    "row" INTEGER NOT NULL,
    province TEXT NOT NULL,
    station_text TEXT NOT NULL,
    station TEXT,
    indicator TEXT NOT NULL,
    time TEXT NOT NULL,
    value_text TEXT NOT NULL,
    number FLOAT,
    censored BOOLEAN NOT NULL,
    unit TEXT NOT NULL,
    printed TEXT NOT NULL,
    mark TEXT NOT NULL,
    status TEXT NOT NULL,
    water_class TEXT NOT NULL,
    fate TEXT NOT NULL,
    code TEXT NOT NULL,
    revision INTEGER NOT NULL,
    recorded_at TEXT NOT NULL,
    reason TEXT,
    PRIMARY KEY (id)
);

CREATE INDEX readings_of_unknown_stations ON readings (station_text, province) WHERE station IS NULL;

CREATE INDEX readings_quarantined ON readings (id) WHERE fate = 'quarantined';

CREATE INDEX readings_set_aside ON readings (station, indicator, time) WHERE revision = 0;

CREATE INDEX readings_set_aside_by_station ON readings (station, time) WHERE revision = 0 AND (fate IN ('withheld', 'quarantined') OR status NOT IN ('', '正常'));

CREATE TABLE receipt_rows (
    submission INTEGER NOT NULL,
    file INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    "row" INTEGER NOT NULL,
    field TEXT NOT NULL,
    code TEXT NOT NULL,
    value TEXT NOT NULL,
    fate TEXT NOT NULL,
    station TEXT,
    indicator TEXT,
    time TEXT,
    stands TEXT,
    replaced TEXT,
    sent TEXT,
    PRIMARY KEY (submission, file, ordinal)
);

CREATE INDEX rejected_rows ON receipt_rows (station, indicator, time) WHERE fate = 'rejected';

CREATE TABLE runs (
    job TEXT NOT NULL,
    slot TEXT NOT NULL,
    holder TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    finished_at TEXT,
    outcome TEXT NOT NULL,
    started_at TEXT,
    PRIMARY KEY (job, slot)
);

CREATE TABLE source_answers (
    source TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    name TEXT NOT NULL,
    body BLOB NOT NULL,
    fetched_at TEXT NOT NULL,
    PRIMARY KEY (source, sha256)
);

CREATE TABLE submissions (
    id INTEGER NOT NULL,
    door TEXT NOT NULL,
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    sender TEXT,
    PRIMARY KEY (id)
);

CREATE INDEX submissions_of_sources ON submissions (door) WHERE substr(door, 1, 7) = 'source:';

CREATE TABLE telegram_frames (
    id INTEGER NOT NULL,
    received_at TEXT NOT NULL,
    peer TEXT NOT NULL,
    error TEXT NOT NULL,
    mn TEXT NOT NULL,
    qn TEXT NOT NULL,
    st TEXT NOT NULL,
    cn TEXT NOT NULL,
    part INTEGER NOT NULL,
    parts INTEGER NOT NULL,
    readings BOOLEAN NOT NULL,
    size INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    kept BLOB NOT NULL,
    PRIMARY KEY (id)
);

CREATE INDEX telegram_frames_by_device ON telegram_frames (mn, received_at);

CREATE INDEX telegram_frames_by_request ON telegram_frames (mn, qn);

CREATE UNIQUE INDEX telegram_frames_once ON telegram_frames (sha256) WHERE error = '';

CREATE TABLE telegram_refusals (
    day TEXT NOT NULL,
    peer TEXT NOT NULL,
    error TEXT NOT NULL,
    seen INTEGER NOT NULL,
    kept INTEGER NOT NULL,
    PRIMARY KEY (day, peer, error)
);

CREATE TABLE quality_tests (
    run INTEGER NOT NULL,
    indicator TEXT NOT NULL,
    test TEXT NOT NULL,
    section TEXT NOT NULL,
    arguments TEXT NOT NULL,
    source TEXT NOT NULL,
    verified BOOLEAN NOT NULL,
    first TEXT NOT NULL,
    last TEXT NOT NULL,
    series INTEGER NOT NULL,
    readings INTEGER NOT NULL,
    not_evaluated INTEGER NOT NULL,
    doubtful INTEGER NOT NULL,
    unreliable INTEGER NOT NULL,
    PRIMARY KEY (run, indicator, test, section),
    FOREIGN KEY(run) REFERENCES quality_runs (id)
);

CREATE INDEX quality_tests_of_an_indicator ON quality_tests (indicator, run);

CREATE TABLE reviews (
    id INTEGER NOT NULL,
    action TEXT NOT NULL,
    station TEXT NOT NULL,
    indicator TEXT NOT NULL,
    time TEXT NOT NULL,
    revision INTEGER NOT NULL,
    reading INTEGER NOT NULL,
    reason TEXT NOT NULL,
    document TEXT NOT NULL,
    proposed_by TEXT NOT NULL,
    approved_by TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    recorded_by TEXT,
    PRIMARY KEY (id),
    FOREIGN KEY(reading) REFERENCES readings (id)
);

CREATE INDEX reviews_of_a_reading ON reviews (reading);

CREATE INDEX reviews_of_a_value ON reviews (station, indicator, time);

CREATE TABLE settlements (
    id TEXT NOT NULL,
    agreement TEXT NOT NULL,
    agreement_sha256 TEXT NOT NULL,
    title TEXT NOT NULL,
    basin TEXT NOT NULL,
    period TEXT NOT NULL,
    as_of TEXT NOT NULL,
    kind TEXT NOT NULL,
    digest TEXT NOT NULL,
    document TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(agreement_sha256) REFERENCES agreement_texts (sha256)
);

CREATE TABLE submission_files (
    submission INTEGER NOT NULL,
    file INTEGER NOT NULL,
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    PRIMARY KEY (submission, file),
    FOREIGN KEY(submission) REFERENCES submissions (id)
);

CREATE INDEX ix_submission_files_sha256 ON submission_files (sha256);

CREATE TABLE obligations (
    settlement TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    clause TEXT NOT NULL,
    period TEXT NOT NULL,
    payer TEXT NOT NULL,
    payee TEXT NOT NULL,
    fen BIGINT NOT NULL,
    PRIMARY KEY (settlement, ordinal),
    FOREIGN KEY(settlement) REFERENCES settlements (id)
);

CREATE TABLE receipts (
    submission INTEGER NOT NULL,
    file INTEGER NOT NULL,
    accepted INTEGER NOT NULL,
    duplicate INTEGER NOT NULL,
    revised INTEGER NOT NULL,
    quarantined INTEGER NOT NULL,
    rejected INTEGER NOT NULL,
    withheld INTEGER NOT NULL,
    absent INTEGER NOT NULL,
    recorded_at TEXT NOT NULL,
    newest TEXT,
    PRIMARY KEY (submission, file),
    FOREIGN KEY(submission, file) REFERENCES submission_files (submission, file)
);

CREATE TABLE statuses (
    id INTEGER NOT NULL,
    settlement TEXT NOT NULL,
    status TEXT NOT NULL,
    person TEXT NOT NULL,
    reason TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(settlement) REFERENCES settlements (id)
);

CREATE INDEX ix_statuses_settlement ON statuses (settlement);

CREATE TABLE telegram_receipts (
    frame INTEGER NOT NULL,
    submission INTEGER NOT NULL,
    file INTEGER NOT NULL,
    PRIMARY KEY (frame, submission, file),
    FOREIGN KEY(submission, file) REFERENCES submission_files (submission, file),
    FOREIGN KEY(frame) REFERENCES telegram_frames (id)
);

CREATE TABLE entries (
    status INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    party TEXT NOT NULL,
    counterparty TEXT NOT NULL,
    fen BIGINT NOT NULL,
    PRIMARY KEY (status, ordinal),
    FOREIGN KEY(status) REFERENCES statuses (id)
);

CREATE TRIGGER agreement_texts_refuses_UPDATE BEFORE UPDATE ON agreement_texts
BEGIN SELECT RAISE(ABORT, 'agreement_texts is append-only'); END;

CREATE TRIGGER agreement_texts_refuses_DELETE BEFORE DELETE ON agreement_texts
BEGIN SELECT RAISE(ABORT, 'agreement_texts is append-only'); END;

CREATE TRIGGER alarms_refuses_UPDATE BEFORE UPDATE ON alarms
BEGIN SELECT RAISE(ABORT, 'alarms is append-only'); END;

CREATE TRIGGER alarms_refuses_DELETE BEFORE DELETE ON alarms
BEGIN SELECT RAISE(ABORT, 'alarms is append-only'); END;

CREATE TRIGGER assessments_refuses_UPDATE BEFORE UPDATE ON assessments
BEGIN SELECT RAISE(ABORT, 'assessments is append-only'); END;

CREATE TRIGGER assessments_refuses_DELETE BEFORE DELETE ON assessments
BEGIN SELECT RAISE(ABORT, 'assessments is append-only'); END;

CREATE TRIGGER facts_refuses_UPDATE BEFORE UPDATE ON facts
BEGIN SELECT RAISE(ABORT, 'facts is append-only'); END;

CREATE TRIGGER facts_refuses_DELETE BEFORE DELETE ON facts
BEGIN SELECT RAISE(ABORT, 'facts is append-only'); END;

CREATE TRIGGER flags_refuses_UPDATE BEFORE UPDATE ON flags
BEGIN SELECT RAISE(ABORT, 'flags is append-only'); END;

CREATE TRIGGER flags_refuses_DELETE BEFORE DELETE ON flags
BEGIN SELECT RAISE(ABORT, 'flags is append-only'); END;

CREATE TRIGGER observations_refuses_UPDATE BEFORE UPDATE ON observations
BEGIN SELECT RAISE(ABORT, 'observations is append-only'); END;

CREATE TRIGGER observations_refuses_DELETE BEFORE DELETE ON observations
BEGIN SELECT RAISE(ABORT, 'observations is append-only'); END;

CREATE TRIGGER quality_runs_refuses_UPDATE BEFORE UPDATE ON quality_runs
BEGIN SELECT RAISE(ABORT, 'quality_runs is append-only'); END;

CREATE TRIGGER quality_runs_refuses_DELETE BEFORE DELETE ON quality_runs
BEGIN SELECT RAISE(ABORT, 'quality_runs is append-only'); END;

CREATE TRIGGER readings_refuses_UPDATE BEFORE UPDATE ON readings
BEGIN SELECT RAISE(ABORT, 'readings is append-only'); END;

CREATE TRIGGER readings_refuses_DELETE BEFORE DELETE ON readings
BEGIN SELECT RAISE(ABORT, 'readings is append-only'); END;

CREATE TRIGGER receipt_rows_refuses_UPDATE BEFORE UPDATE ON receipt_rows
BEGIN SELECT RAISE(ABORT, 'receipt_rows is append-only'); END;

CREATE TRIGGER receipt_rows_refuses_DELETE BEFORE DELETE ON receipt_rows
BEGIN SELECT RAISE(ABORT, 'receipt_rows is append-only'); END;

CREATE TRIGGER source_answers_refuses_UPDATE BEFORE UPDATE ON source_answers
BEGIN SELECT RAISE(ABORT, 'source_answers is append-only'); END;

CREATE TRIGGER source_answers_refuses_DELETE BEFORE DELETE ON source_answers
BEGIN SELECT RAISE(ABORT, 'source_answers is append-only'); END;

CREATE TRIGGER submissions_refuses_UPDATE BEFORE UPDATE ON submissions
BEGIN SELECT RAISE(ABORT, 'submissions is append-only'); END;

CREATE TRIGGER submissions_refuses_DELETE BEFORE DELETE ON submissions
BEGIN SELECT RAISE(ABORT, 'submissions is append-only'); END;

CREATE TRIGGER telegram_frames_refuses_UPDATE BEFORE UPDATE ON telegram_frames
BEGIN SELECT RAISE(ABORT, 'telegram_frames is append-only'); END;

CREATE TRIGGER telegram_frames_refuses_DELETE BEFORE DELETE ON telegram_frames
BEGIN SELECT RAISE(ABORT, 'telegram_frames is append-only'); END;

CREATE TRIGGER quality_tests_refuses_UPDATE BEFORE UPDATE ON quality_tests
BEGIN SELECT RAISE(ABORT, 'quality_tests is append-only'); END;

CREATE TRIGGER quality_tests_refuses_DELETE BEFORE DELETE ON quality_tests
BEGIN SELECT RAISE(ABORT, 'quality_tests is append-only'); END;

CREATE TRIGGER reviews_refuses_UPDATE BEFORE UPDATE ON reviews
BEGIN SELECT RAISE(ABORT, 'reviews is append-only'); END;

CREATE TRIGGER reviews_refuses_DELETE BEFORE DELETE ON reviews
BEGIN SELECT RAISE(ABORT, 'reviews is append-only'); END;

CREATE TRIGGER settlements_refuses_UPDATE BEFORE UPDATE ON settlements
BEGIN SELECT RAISE(ABORT, 'settlements is append-only'); END;

CREATE TRIGGER settlements_refuses_DELETE BEFORE DELETE ON settlements
BEGIN SELECT RAISE(ABORT, 'settlements is append-only'); END;

CREATE TRIGGER submission_files_refuses_UPDATE BEFORE UPDATE ON submission_files
BEGIN SELECT RAISE(ABORT, 'submission_files is append-only'); END;

CREATE TRIGGER submission_files_refuses_DELETE BEFORE DELETE ON submission_files
BEGIN SELECT RAISE(ABORT, 'submission_files is append-only'); END;

CREATE TRIGGER obligations_refuses_UPDATE BEFORE UPDATE ON obligations
BEGIN SELECT RAISE(ABORT, 'obligations is append-only'); END;

CREATE TRIGGER obligations_refuses_DELETE BEFORE DELETE ON obligations
BEGIN SELECT RAISE(ABORT, 'obligations is append-only'); END;

CREATE TRIGGER receipts_refuses_UPDATE BEFORE UPDATE ON receipts
BEGIN SELECT RAISE(ABORT, 'receipts is append-only'); END;

CREATE TRIGGER receipts_refuses_DELETE BEFORE DELETE ON receipts
BEGIN SELECT RAISE(ABORT, 'receipts is append-only'); END;

CREATE TRIGGER statuses_refuses_UPDATE BEFORE UPDATE ON statuses
BEGIN SELECT RAISE(ABORT, 'statuses is append-only'); END;

CREATE TRIGGER statuses_refuses_DELETE BEFORE DELETE ON statuses
BEGIN SELECT RAISE(ABORT, 'statuses is append-only'); END;

CREATE TRIGGER telegram_receipts_refuses_UPDATE BEFORE UPDATE ON telegram_receipts
BEGIN SELECT RAISE(ABORT, 'telegram_receipts is append-only'); END;

CREATE TRIGGER telegram_receipts_refuses_DELETE BEFORE DELETE ON telegram_receipts
BEGIN SELECT RAISE(ABORT, 'telegram_receipts is append-only'); END;

CREATE TRIGGER entries_refuses_UPDATE BEFORE UPDATE ON entries
BEGIN SELECT RAISE(ABORT, 'entries is append-only'); END;

CREATE TRIGGER entries_refuses_DELETE BEFORE DELETE ON entries
BEGIN SELECT RAISE(ABORT, 'entries is append-only'); END;
