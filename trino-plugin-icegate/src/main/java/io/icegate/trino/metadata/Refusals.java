package io.icegate.trino.metadata;

import com.google.common.base.Throwables;
import io.trino.spi.TrinoException;
import org.apache.iceberg.exceptions.ValidationException;

import java.util.Optional;
import java.util.function.Supplier;

import static io.trino.spi.StandardErrorCode.NOT_SUPPORTED;

/**
 * Reports what the catalog and its guard refuse. Trino wraps every failure of a change as a failed commit; a change that
 * can never pass is not supported, and the sentence that says why is all a user needs.
 */
final class Refusals
{
    private Refusals() {}

    static void explained(Runnable change)
    {
        explained(() -> {
            change.run();
            return Optional.empty();
        });
    }

    static <T> T explained(Supplier<T> change)
    {
        try {
            return change.get();
        }
        catch (RuntimeException e) {
            String reason = Throwables.getCausalChain(e).stream()
                    .filter(ValidationException.class::isInstance)
                    .map(Throwable::getMessage)
                    .findFirst()
                    .orElseThrow(() -> e);
            throw new TrinoException(NOT_SUPPORTED, reason, e);
        }
    }
}
