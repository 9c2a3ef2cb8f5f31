package io.icegate.alerting.rule;

import com.google.common.collect.ImmutableSet;
import io.trino.sql.tree.FunctionCall;
import io.trino.sql.tree.Node;
import io.trino.sql.tree.Query;
import io.trino.sql.tree.QuerySpecification;
import io.trino.sql.tree.WindowSpecification;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Finds what depends on the order in which an engine meets rows. There is none: the same rows lie in other files after a commit or a merge, and are read by several
 * threads. Such a rule works, but an evaluation that is repeated may tell another value.
 */
final class RowOrder
{
    private static final Set<String> ANY_ROW = ImmutableSet.of("arbitrary", "any_value");
    private static final Set<String> COLLECTED = ImmutableSet.of("array_agg", "reduce_agg");
    private static final Set<String> LAST_KEY = ImmutableSet.of("map_agg", "map_union");
    private static final Set<String> LISTS_BY_KEY = ImmutableSet.of("multimap_agg");
    private static final Set<String> SKETCHES = ImmutableSet.of("approx_percentile", "approx_most_frequent", "numeric_histogram", "tdigest_agg", "qdigest_agg", "merge");
    private static final Set<String> FLOATING = ImmutableSet.of(
            "stddev",
            "stddev_pop",
            "stddev_samp",
            "variance",
            "var_pop",
            "var_samp",
            "corr",
            "covar_pop",
            "covar_samp",
            "regr_intercept",
            "regr_slope",
            "skewness",
            "kurtosis",
            "geometric_mean");
    private static final Set<String> POSITIONS = ImmutableSet.of("row_number", "ntile", "first_value", "last_value", "nth_value", "lag", "lead");

    private RowOrder() {}

    /**
     * What to say about a node; nothing about most.
     */
    static Optional<String> warning(Node node)
    {
        return switch (node) {
            case FunctionCall call -> function(call, call.getName().getSuffix().toLowerCase(Locale.ROOT));
            case Query query when query.getLimit().isPresent() || query.getOffset().isPresent() -> limit(query.getOrderBy().isPresent());
            case QuerySpecification query when query.getLimit().isPresent() || query.getOffset().isPresent() -> limit(query.getOrderBy().isPresent());
            default -> Optional.empty();
        };
    }

    private static Optional<String> limit(boolean isOrdered)
    {
        return isOrdered ? Optional.empty() : Optional.of("LIMIT without ORDER BY takes any rows, so a repeated evaluation may take others; add ORDER BY over columns that tell all rows apart");
    }

    private static Optional<String> function(FunctionCall call, String name)
    {
        if (ANY_ROW.contains(name)) {
            return Optional.of("%s() takes the value of any row, so a repeated evaluation may take another; write min() or max()".formatted(name));
        }
        if (COLLECTED.contains(name) && call.getOrderBy().isEmpty()) {
            return Optional.of("%s() without ORDER BY has its elements in any order, so a repeated evaluation may tell another; add ORDER BY, as in array_agg(body ORDER BY body)".formatted(name));
        }
        if (LAST_KEY.contains(name)) {
            return Optional.of("%s() keeps any of the values that have the same key, so a repeated evaluation may keep another; make the keys different, or group by them and take max()".formatted(name));
        }
        if (LISTS_BY_KEY.contains(name)) {
            return Optional.of("%s() has the values of a key in any order, so a repeated evaluation may tell another; group by the key and write array_agg(… ORDER BY …)".formatted(name));
        }
        if (SKETCHES.contains(name)) {
            return Optional.of("%s() is an estimate that depends on the order of rows, so a repeated evaluation may differ a little; where that matters, count what is beyond a bound with count_if()".formatted(name));
        }
        if (FLOATING.contains(name)) {
            return Optional.of("%s() adds floating point numbers in any order, so a repeated evaluation may differ in the last digits; round() the result where that matters".formatted(name));
        }
        if (POSITIONS.contains(name) && call.getWindow().filter(WindowSpecification.class::isInstance).filter(window -> ((WindowSpecification) window).getOrderBy().isEmpty()).isPresent()) {
            return Optional.of("%s() over a window without ORDER BY takes rows in any order, so a repeated evaluation may tell another; add ORDER BY over columns that tell all rows apart".formatted(name));
        }
        return Optional.empty();
    }
}
