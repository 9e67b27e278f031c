CREATE TABLE access_keys (
    name TEXT COLLATE "C" NOT NULL,
    sha256 TEXT COLLATE "C" NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    stations TEXT COLLATE "C",
    expires_at TIMESTAMP WITH TIME ZONE,
    revoked_at TIMESTAMP WITH TIME ZONE,
    previous_sha256 TEXT COLLATE "C",
    previous_until TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (sha256),
    UNIQUE (name)
);

CREATE TABLE agreement_texts (
    sha256 TEXT COLLATE "C" NOT NULL,
    code TEXT COLLATE "C" NOT NULL,
    text TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (sha256)
);

CREATE TABLE alarms (
    id BIGSERIAL NOT NULL,
    station TEXT COLLATE "C" NOT NULL,
    event TEXT COLLATE "C" NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    source TEXT COLLATE "C",
    PRIMARY KEY (id)
);

CREATE INDEX ix_alarms_station ON alarms (station);

CREATE TABLE assessments (
    id TEXT COLLATE "C" NOT NULL,
    scorecard TEXT COLLATE "C" NOT NULL,
    title TEXT COLLATE "C" NOT NULL,
    basin TEXT COLLATE "C" NOT NULL,
    period TEXT COLLATE "C" NOT NULL,
    as_of TIMESTAMP WITH TIME ZONE NOT NULL,
    score TEXT COLLATE "C",
    grade TEXT COLLATE "C",
    digest TEXT COLLATE "C" NOT NULL,
    document TEXT COLLATE "C" NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (id)
);

CREATE TABLE facts (
    id BIGSERIAL NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    period TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    value TEXT COLLATE "C" NOT NULL,
    document TEXT COLLATE "C" NOT NULL,
    recorded_by TEXT COLLATE "C" NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    approved_by TEXT COLLATE "C",
    PRIMARY KEY (id)
);

CREATE TABLE filled_slots (
    month TEXT COLLATE "C" NOT NULL,
    station TEXT COLLATE "C" NOT NULL,
    indicator TEXT COLLATE "C" NOT NULL,
    accepted INTEGER NOT NULL,
    due INTEGER NOT NULL,
    counted_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (month, station, indicator)
);

CREATE TABLE flags (
    station TEXT COLLATE "C" NOT NULL,
    indicator TEXT COLLATE "C" NOT NULL,
    time TIMESTAMP WITH TIME ZONE NOT NULL,
    revision INTEGER NOT NULL,
    test TEXT COLLATE "C" NOT NULL,
    run BIGINT NOT NULL,
    quality INTEGER NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (station, indicator, time, revision, test, run)
);

CREATE TABLE idempotency_keys (
    key TEXT COLLATE "C" NOT NULL,
    body_sha256 TEXT COLLATE "C" NOT NULL,
    answer TEXT COLLATE "C" NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (key)
);

CREATE TABLE locks (
    name TEXT COLLATE "C" NOT NULL,
    holder TEXT COLLATE "C" NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (name)
);

CREATE TABLE observations (
    station TEXT COLLATE "C" NOT NULL,
    indicator TEXT COLLATE "C" NOT NULL,
    time TIMESTAMP WITH TIME ZONE NOT NULL,
    revision INTEGER NOT NULL,
    value FLOAT NOT NULL,
    censored BOOLEAN NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    mark TEXT COLLATE "C" NOT NULL,
    reading BIGINT NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (station, indicator, time, revision)
);

CREATE INDEX observations_sampled ON observations (station, time) WHERE substr(mark, 1, 3) = '样品 ';

CREATE TABLE quality_due (
    id BIGSERIAL NOT NULL,
    station TEXT COLLATE "C" NOT NULL,
    first TIMESTAMP WITH TIME ZONE NOT NULL,
    last TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (id)
);

CREATE TABLE quality_runs (
    id BIGSERIAL NOT NULL,
    until_reading BIGINT NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    began_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (id)
);

CREATE TABLE readings (
    id BIGSERIAL NOT NULL,
    submission BIGINT NOT NULL,
    file INTEGER NOT NULL,
    row INTEGER NOT NULL,
    province TEXT COLLATE "C" NOT NULL,
    station_text TEXT COLLATE "C" NOT NULL,
    station TEXT COLLATE "C",
    indicator TEXT COLLATE "C" NOT NULL,
    time TIMESTAMP WITH TIME ZONE NOT NULL,
    value_text TEXT COLLATE "C" NOT NULL,
    number FLOAT,
    censored BOOLEAN NOT NULL,
    unit TEXT COLLATE "C" NOT NULL,
    printed TEXT COLLATE "C" NOT NULL,
    mark TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    water_class TEXT COLLATE "C" NOT NULL,
    fate TEXT COLLATE "C" NOT NULL,
    code TEXT COLLATE "C" NOT NULL,
    revision INTEGER NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    reason TEXT COLLATE "C",
    PRIMARY KEY (id)
);

CREATE INDEX readings_of_unknown_stations ON readings (station_text, province) WHERE station IS NULL;

CREATE INDEX readings_quarantined ON readings (id) WHERE fate = 'quarantined';

CREATE INDEX readings_set_aside ON readings (station, indicator, time) WHERE revision = 0;

CREATE INDEX readings_set_aside_by_station ON readings (station, time) WHERE revision = 0 AND (fate IN ('withheld', 'quarantined') OR status NOT IN ('', '正常'));

CREATE TABLE receipt_rows (
    submission BIGINT NOT NULL,
    file INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    row INTEGER NOT NULL,
    field TEXT COLLATE "C" NOT NULL,
    code TEXT COLLATE "C" NOT NULL,
    value TEXT COLLATE "C" NOT NULL,
    fate TEXT COLLATE "C" NOT NULL,
    station TEXT COLLATE "C",
    indicator TEXT COLLATE "C",
    time TIMESTAMP WITH TIME ZONE,
    stands TEXT COLLATE "C",
    replaced TEXT COLLATE "C",
    sent TEXT COLLATE "C",
    PRIMARY KEY (submission, file, ordinal)
);

CREATE INDEX rejected_rows ON receipt_rows (station, indicator, time) WHERE fate = 'rejected';

CREATE TABLE runs (
    job TEXT COLLATE "C" NOT NULL,
    slot TIMESTAMP WITH TIME ZONE NOT NULL,
    holder TEXT COLLATE "C" NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    finished_at TIMESTAMP WITH TIME ZONE,
    outcome TEXT COLLATE "C" NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (job, slot)
);

CREATE TABLE source_answers (
    source TEXT COLLATE "C" NOT NULL,
    sha256 TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    body BYTEA NOT NULL,
    fetched_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (source, sha256)
);

CREATE TABLE submissions (
    id BIGSERIAL NOT NULL,
    door TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    sha256 TEXT COLLATE "C" NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    sender TEXT COLLATE "C",
    PRIMARY KEY (id)
);

CREATE INDEX submissions_of_sources ON submissions (door) WHERE substr(door, 1, 7) = 'source:';

CREATE TABLE telegram_frames (
    id BIGSERIAL NOT NULL,
    received_at TIMESTAMP WITH TIME ZONE NOT NULL,
    peer TEXT COLLATE "C" NOT NULL,
    error TEXT COLLATE "C" NOT NULL,
    mn TEXT COLLATE "C" NOT NULL,
    qn TEXT COLLATE "C" NOT NULL,
    st TEXT COLLATE "C" NOT NULL,
    cn TEXT COLLATE "C" NOT NULL,
    part INTEGER NOT NULL,
    parts INTEGER NOT NULL,
    readings BOOLEAN NOT NULL,
    size INTEGER NOT NULL,
    sha256 TEXT COLLATE "C" NOT NULL,
    kept BYTEA NOT NULL,
    PRIMARY KEY (id)
);

CREATE INDEX telegram_frames_by_device ON telegram_frames (mn, received_at);

CREATE INDEX telegram_frames_by_request ON telegram_frames (mn, qn);

CREATE UNIQUE INDEX telegram_frames_once ON telegram_frames (sha256) WHERE error = '';

CREATE TABLE telegram_refusals (
    day TEXT COLLATE "C" NOT NULL,
    peer TEXT COLLATE "C" NOT NULL,
    error TEXT COLLATE "C" NOT NULL,
    seen INTEGER NOT NULL,
    kept INTEGER NOT NULL,
    PRIMARY KEY (day, peer, error)
);

CREATE TABLE quality_tests (
    run BIGINT NOT NULL,
    indicator TEXT COLLATE "C" NOT NULL,
    test TEXT COLLATE "C" NOT NULL,
    section TEXT COLLATE "C" NOT NULL,
    arguments TEXT COLLATE "C" NOT NULL,
    source TEXT COLLATE "C" NOT NULL,
    verified BOOLEAN NOT NULL,
    first TIMESTAMP WITH TIME ZONE NOT NULL,
    last TIMESTAMP WITH TIME ZONE NOT NULL,
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
    id BIGSERIAL NOT NULL,
    action TEXT COLLATE "C" NOT NULL,
    station TEXT COLLATE "C" NOT NULL,
    indicator TEXT COLLATE "C" NOT NULL,
    time TIMESTAMP WITH TIME ZONE NOT NULL,
    revision INTEGER NOT NULL,
    reading BIGINT NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    document TEXT COLLATE "C" NOT NULL,
    proposed_by TEXT COLLATE "C" NOT NULL,
    approved_by TEXT COLLATE "C" NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    recorded_by TEXT COLLATE "C",
    PRIMARY KEY (id),
    FOREIGN KEY(reading) REFERENCES readings (id)
);

CREATE INDEX reviews_of_a_reading ON reviews (reading);

CREATE INDEX reviews_of_a_value ON reviews (station, indicator, time);

CREATE TABLE settlements (
    id TEXT COLLATE "C" NOT NULL,
    agreement TEXT COLLATE "C" NOT NULL,
    agreement_sha256 TEXT COLLATE "C" NOT NULL,
    title TEXT COLLATE "C" NOT NULL,
    basin TEXT COLLATE "C" NOT NULL,
    period TEXT COLLATE "C" NOT NULL,
    as_of TIMESTAMP WITH TIME ZONE NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    digest TEXT COLLATE "C" NOT NULL,
    document TEXT COLLATE "C" NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(agreement_sha256) REFERENCES agreement_texts (sha256)
);

CREATE TABLE submission_files (
    submission BIGINT NOT NULL,
    file INTEGER NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    sha256 TEXT COLLATE "C" NOT NULL,
    bytes INTEGER NOT NULL,
    PRIMARY KEY (submission, file),
    FOREIGN KEY(submission) REFERENCES submissions (id)
);

CREATE INDEX ix_submission_files_sha256 ON submission_files (sha256);

CREATE TABLE obligations (
    settlement TEXT COLLATE "C" NOT NULL,
    ordinal INTEGER NOT NULL,
    clause TEXT COLLATE "C" NOT NULL,
    period TEXT COLLATE "C" NOT NULL,
    payer TEXT COLLATE "C" NOT NULL,
    payee TEXT COLLATE "C" NOT NULL,
    fen BIGINT NOT NULL,
    PRIMARY KEY (settlement, ordinal),
    FOREIGN KEY(settlement) REFERENCES settlements (id)
);

CREATE TABLE receipts (
    submission BIGINT NOT NULL,
    file INTEGER NOT NULL,
    accepted INTEGER NOT NULL,
    duplicate INTEGER NOT NULL,
    revised INTEGER NOT NULL,
    quarantined INTEGER NOT NULL,
    rejected INTEGER NOT NULL,
    withheld INTEGER NOT NULL,
    absent INTEGER NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    newest TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (submission, file),
    FOREIGN KEY(submission, file) REFERENCES submission_files (submission, file)
);

CREATE TABLE statuses (
    id BIGSERIAL NOT NULL,
    settlement TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    person TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(settlement) REFERENCES settlements (id)
);

CREATE INDEX ix_statuses_settlement ON statuses (settlement);

CREATE TABLE telegram_receipts (
    frame BIGINT NOT NULL,
    submission BIGINT NOT NULL,
    file INTEGER NOT NULL,
    PRIMARY KEY (frame, submission, file),
    FOREIGN KEY(submission, file) REFERENCES submission_files (submission, file),
    FOREIGN KEY(frame) REFERENCES telegram_frames (id)
);

CREATE TABLE entries (
    status BIGINT NOT NULL,
    ordinal INTEGER NOT NULL,
    party TEXT COLLATE "C" NOT NULL,
    counterparty TEXT COLLATE "C" NOT NULL,
    fen BIGINT NOT NULL,
    PRIMARY KEY (status, ordinal),
    FOREIGN KEY(status) REFERENCES statuses (id)
);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$;

CREATE TRIGGER agreement_texts_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON agreement_texts
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER alarms_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON alarms
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER assessments_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON assessments
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER facts_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON facts
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER flags_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON flags
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER observations_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON observations
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER quality_runs_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON quality_runs
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER readings_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON readings
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER receipt_rows_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON receipt_rows
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER source_answers_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON source_answers
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER submissions_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON submissions
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER telegram_frames_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON telegram_frames
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER quality_tests_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON quality_tests
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER reviews_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON reviews
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER settlements_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON settlements
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER submission_files_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON submission_files
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER obligations_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON obligations
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER receipts_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON receipts
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER statuses_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON statuses
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER telegram_receipts_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON telegram_receipts
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER entries_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON entries
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
