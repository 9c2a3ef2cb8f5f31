package io.icegate.trino.metadata;

import com.google.common.base.Throwables;
import io.trino.spi.TrinoException;
import io.trino.spi.connector.SchemaTableName;
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
    // as Trino begins the message of each failed commit, which clients and tests look for
    private static final String FAILED_COMMIT = "Failed to commit the transaction during write: ";
    private static final String FILES_ARE_GONE = "Cannot commit, missing data files";

    private Refusals() {}

    /**
     * Says what to do when another commit was faster, in place of the names of all files.
     */
    static void changingRows(SchemaTableName table, Runnable change)
    {
        try {
            change.run();
        }
        catch (TrinoException e) {
            boolean filesAreGone = Throwables.getCausalChain(e).stream()
                    .filter(ValidationException.class::isInstance)
                    .map(Throwable::getMessage)
                    .anyMatch(message -> message != null && message.startsWith(FILES_ARE_GONE));
            if (!filesAreGone) {
                throw e;
            }
            throw new TrinoException(e::getErrorCode, "%sanother commit has replaced files of table %s that this statement was about to change. Nothing was changed; run the statement again".formatted(FAILED_COMMIT, table), e);
        }
    }

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
