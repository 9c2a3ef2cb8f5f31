package io.icegate.alerting.rule;

import java.time.Duration;

/**
 * Bounds of everything that a rule may ask for. What exceeds one of them at evaluation is an error of that rule alone, and its state stays.
 */
public final class RuleLimits
{
    public static final int GROUPS_PER_TENANT_MAX = 200;
    public static final int RULES_PER_GROUP_MAX = 50;
    public static final int VERSIONS_PER_GROUP_MAX = 10_000;

    public static final Duration INTERVAL_MIN = Duration.ofSeconds(10);
    public static final Duration INTERVAL_MAX = Duration.ofHours(1);
    public static final Duration GRACE_MAX = Duration.ofMinutes(10);
    public static final Duration LATENESS_MAX = Duration.ofHours(1);
    /**
     * Records are kept as long as this, and there is nothing to catch up with before the oldest of them.
     */
    public static final Duration CATCH_UP_MAX = Duration.ofDays(7);
    public static final Duration WINDOW_MIN = Duration.ofSeconds(1);
    public static final Duration WINDOW_MAX = Duration.ofHours(24);
    /**
     * Of {@code for}, {@code keep_firing_for} and {@code no_data.for}.
     */
    public static final Duration HOLD_MAX = Duration.ofDays(7);

    public static final int INSTANCES_PER_RULE_MAX = 1_000;
    public static final int RESULT_ROWS_MAX = 10_000;
    /**
     * Of one alert, those of its row and the fixed ones of its rule together.
     */
    public static final int LABELS_MAX = 32;
    /**
     * UTF-8 bytes of a label's value.
     */
    public static final int LABEL_BYTES_MAX = 1 << 10;
    public static final int ANNOTATIONS_MAX = 32;
    /**
     * UTF-8 bytes of an annotation, as it is written and after its template is rendered.
     */
    public static final int ANNOTATION_BYTES_MAX = 4 << 10;
    public static final int CHANNELS_MAX = 32;

    public static final Duration QUERY_TIME_MAX = Duration.ofSeconds(30);
    /**
     * For {@code query_max_scan_physical_bytes}.
     */
    public static final long QUERY_SCAN_BYTES_MAX = 10_000_000_000L;
    /**
     * Characters of the query of a rule.
     */
    public static final int SQL_LENGTH_MAX = 64 << 10;
    /**
     * Brackets in brackets of a query. Trino's parser takes minutes for thousands of them: 313 s for 30,000.
     */
    public static final int SQL_DEPTH_MAX = 100;
    /**
     * Characters of a file of rules.
     */
    public static final int FILE_LENGTH_MAX = 4 << 20;
    /**
     * Levels of brackets and indentation in a file of rules.
     */
    public static final int FILE_DEPTH_MAX = 32;
    /**
     * Problems that are told together; the rest is only counted.
     */
    public static final int PROBLEMS_MAX = 200;

    private RuleLimits() {}
}
