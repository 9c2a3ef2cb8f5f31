package io.icegate.maintenance.year;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.TestInstance.Lifecycle.PER_CLASS;

/**
 * Proves that the curves show it when something is not done: each of these runs leaves one thing out.
 */
@TestInstance(PER_CLASS)
final class TestYearControls
{
    private static final int DAYS = 2;
    private static final int RECEIVERS = 3;

    @TempDir
    private static Path scratch;

    private Year whole;

    @BeforeAll
    void setUp()
            throws Exception
    {
        whole = new Year(plan(), scratch);
        whole.run();
        assertThat(whole.curves().above(whole.curves())).isEmpty();
    }

    @AfterAll
    void tearDown()
            throws Exception
    {
        whole.close();
    }

    @Test
    void testWithoutCollectionWritersStay()
            throws Exception
    {
        assertThat(above(plan().withoutCollection())).contains("objects _wal/_writers", "size vector");
    }

    @Test
    void testWithoutLeasesAllCommit()
            throws Exception
    {
        assertThat(above(plan().withoutLeases())).contains("count of commit");
    }

    @Test
    void testWithoutSealsBatchesStay()
            throws Exception
    {
        assertThat(above(plan().withoutSeals())).contains("batch ids");
    }

    /**
     * What it brings is no curve: a client's copy of a committed batch is there beside it.
     */
    @Test
    void testWithoutIndexesRowsAreDoubled()
            throws Exception
    {
        assertThat(whole.violations()).isEmpty();
        try (Year year = new Year(plan().withoutIndexes(), scratch)) {
            year.run();
            assertThat(String.join("\n", year.violations())).contains("is there 2 times").doesNotContain("is lost");
        }
    }

    /**
     * Takes as many days as there are snapshots that always stay, and a few more.
     */
    @Test
    void testWithoutExpirationSnapshotsStay()
            throws Exception
    {
        try (Year year = new Year(Year.Plan.of(1, 15).withoutFailures().withoutExpiration(), scratch)) {
            year.run();
            assertThat(String.join("\n", year.curves().growing())).contains("snapshots", "size metadata.json");
        }
    }

    private static Year.Plan plan()
    {
        return Year.Plan.of(RECEIVERS, DAYS).withoutFailures();
    }

    /**
     * The curves that end above those of the whole run.
     */
    private String above(Year.Plan plan)
            throws Exception
    {
        try (Year year = new Year(plan, scratch)) {
            year.run();
            return String.join("\n", year.curves().above(whole.curves()));
        }
    }
}
