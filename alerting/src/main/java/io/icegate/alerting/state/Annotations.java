package io.icegate.alerting.state;

import io.icegate.alerting.rule.Rule;

import java.time.Instant;
import java.util.SortedMap;

/**
 * Makes the annotations of an alert. It is a pure function, because it is run again when rows come late. Each text is at most {@link io.icegate.alerting.rule.RuleLimits#ANNOTATION_BYTES_MAX} bytes.
 */
@FunctionalInterface
public interface Annotations
{
    SortedMap<String, String> render(Rule rule, ResultRow row, Instant tick);
}
