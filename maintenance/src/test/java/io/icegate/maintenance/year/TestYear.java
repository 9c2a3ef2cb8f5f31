package io.icegate.maintenance.year;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A year, or two weeks of it, without an operator: every row exactly once, and nothing that grows.
 */
final class TestYear
{
    private static final Path CURVES = Path.of("target", "year-curves.txt");
    private static final int RECEIVERS = Integer.getInteger("icegate.year.receivers", 3);
    private static final int DAYS = Integer.getInteger("icegate.year.days", 15);

    @TempDir
    private Path scratch;

    @Test
    void testRowsStayExactAndNothingGrows()
            throws Exception
    {
        try (Year year = new Year(Year.Plan.of(RECEIVERS, DAYS), scratch)) {
            year.run();
            Files.writeString(CURVES, year.curves().text());
            assertThat(year.violations()).as("rows at the ends of weeks").isEmpty();
            assertThat(year.curves().growing()).as("curves that grow").isEmpty();
        }
    }
}
