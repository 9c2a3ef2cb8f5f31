package io.icegate.catalog.log;

import io.icegate.catalog.log.LogModel.Flaw;
import io.icegate.catalog.log.LogModel.Result;
import io.icegate.catalog.log.LogModel.Setup;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

final class TestLogModel
{
    @Test
    void testNoStateOfTheProtocolIsWrong()
    {
        Setup setup = new Setup(2, 5, 2, 3, Flaw.NONE);
        Result result = new LogModel(setup).explore();
        System.out.println("model " + setup + ": " + result);
        assertThat(result.violation()).isEmpty();
        assertThat(result.states()).isGreaterThan(100_000);
    }

    @ParameterizedTest
    @EnumSource(value = Flaw.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void testEveryFlawIsFound(Flaw flaw)
    {
        Setup setup = new Setup(2, 5, 2, 3, flaw);
        Result result = new LogModel(setup).explore();
        System.out.println("model " + setup + ": " + result);
        assertThat(result.violation()).as("%s", setup).isPresent();
    }

    @Test
    void testRetentionShorterThanTheFenceIsFound()
    {
        Setup setup = new Setup(2, 5, 3, 1, Flaw.NONE);
        Result result = new LogModel(setup).explore();
        System.out.println("model " + setup + ": " + result);
        assertThat(result.violation()).isPresent();
    }
}
