package io.icegate.maintenance.year;

import io.icegate.maintenance.year.RequestLedger.Action;
import io.icegate.maintenance.year.RequestLedger.Counts;
import io.icegate.maintenance.year.RequestLedger.Kind;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

final class TestPrices
{
    private static final Path PAGE = Path.of("..", "docs", "operations", "prices.md");
    private static final Pattern NUMBER = Pattern.compile("\\d+(?:\\.\\d+)?");
    private static final int COMMITS = 2; // a lease is renewed with every other one
    private static final int PLAN_MAX = 12;
    /**
     * What a commit writes and a plan reads once: catalog record, metadata, batch index, list of manifests, manifest.
     */
    private static final int COMMIT_OBJECTS = 5;
    private static final int UPKEEP_RECEIVERS = 2;
    private static final int UPKEEP_SEGMENTS = 3; // of each, each round
    private static final int ROUNDS_PER_MINUTE = 6;
    private static final int UPKEEP_MINUTES = 10; // between two expirations

    @TempDir
    private Path scratch;

    @Test
    void testPageIsWhatIsCounted()
            throws Exception
    {
        Map<Prices.Profile, Map<Integer, Map<Action, Counts>>> counts = new LinkedHashMap<>();
        for (Prices.Profile profile : Prices.PROFILES) {
            for (int receivers : List.of(1, 2, 10)) {
                try (PriceRun run = new PriceRun(receivers, profile.segmentsPerRound(), Duration.ofSeconds(profile.commitSeconds()), scratch.resolve(profile.name()).resolve(Integer.toString(receivers)))) {
                    counts.computeIfAbsent(profile, key -> new TreeMap<>()).put(receivers, run.run(profile.commitRounds(), COMMITS * profile.commitRounds(), false));
                }
            }
        }
        Map<Prices.Profile, Counts> upkeep = upkeep();
        int foreignSegments = (UPKEEP_RECEIVERS - 1) * UPKEEP_SEGMENTS * ROUNDS_PER_MINUTE;
        String page = Prices.page(counts, upkeep, foreignSegments);
        if (Boolean.getBoolean("icegate.write-docs")) {
            Files.writeString(PAGE, page);
        }
        assertSame(Files.readString(PAGE), page);
        upkeep.values().forEach(each -> assertThat(each.mean(Kind.SEGMENT_GET)).as("segments that upkeep reads from the store").isEqualTo(foreignSegments));
        counts.forEach((profile, byReceivers) -> {
            Prices.Month month = Prices.month(1, profile, requireNonNull(byReceivers.get(1)), requireNonNull(upkeep.get(profile)), foreignSegments);
            assertThat(month.other()).as("beside the segments of %s", profile.name()).isLessThanOrEqualTo(profile.equals(Prices.PROFILES.get(0)) ? 60 : 30);
        });
        Map<Action, Counts> ten = requireNonNull(requireNonNull(counts.get(Prices.BALANCED)).get(10));
        assertThat(Prices.of(ten, Action.PLAN_AGAIN).meanRequests()).as("requests of a plan").isLessThanOrEqualTo(PLAN_MAX);
        counts.forEach((profile, byReceivers) -> byReceivers.forEach((receivers, actions) ->
                assertThat(Prices.of(actions, Action.PLAN).meanRequests() - Prices.of(actions, Action.PLAN_AGAIN).meanRequests())
                        .as("requests that a commit of %s receivers adds to a plan with %s", receivers, profile.name())
                        .isLessThanOrEqualTo(COMMIT_OBJECTS)));
        assertThat(Prices.of(ten, Action.COMMIT).meanRequests()).as("requests of a commit round").isLessThanOrEqualTo(20);
    }

    /**
     * Numbers may differ a little: the catalog reads ahead in threads of its own, and stops them when it knows enough.
     */
    private static void assertSame(String written, String counted)
    {
        String hint = "docs/operations/prices.md; write it anew by -Dicegate.write-docs=true";
        assertThat(NUMBER.matcher(written).replaceAll("0")).as(hint).isEqualTo(NUMBER.matcher(counted).replaceAll("0"));
        List<Double> before = numbers(written);
        List<Double> after = numbers(counted);
        for (int i = 0; i < before.size(); i++) {
            assertThat(after.get(i)).as(hint).isCloseTo(before.get(i), Offset.offset(Math.max(2, before.get(i) * 0.1)));
        }
    }

    private static List<Double> numbers(String page)
    {
        return NUMBER.matcher(page).results().map(found -> Double.valueOf(found.group())).toList();
    }

    /**
     * Upkeep of a table that has merges and expirations to do each minute, on the machine of one of its receivers.
     */
    private Map<Prices.Profile, Counts> upkeep()
            throws Exception
    {
        try (PriceRun run = new PriceRun(UPKEEP_RECEIVERS, UPKEEP_SEGMENTS, Duration.ofSeconds(10), scratch)) {
            run.run(0, 17 * ROUNDS_PER_MINUTE, true);
            Map<Prices.Profile, Counts> upkeep = new LinkedHashMap<>();
            for (Prices.Profile profile : Prices.PROFILES) {
                run.age();
                run.commitEach(profile.commitRounds());
                upkeep.put(profile, Prices.of(run.run(2 * ROUNDS_PER_MINUTE, UPKEEP_MINUTES * ROUNDS_PER_MINUTE, true), Action.UPKEEP));
            }
            return upkeep;
        }
    }
}
