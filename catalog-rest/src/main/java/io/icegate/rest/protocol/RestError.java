package io.icegate.rest.protocol;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.icegate.objectstore.ObjectStoreAccessException;
import io.icegate.server.access.AccessException;
import io.icegate.wal.WalException;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.BadRequestException;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.exceptions.NamespaceNotEmptyException;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;
import org.apache.iceberg.exceptions.NoSuchPlanTaskException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.exceptions.NoSuchViewException;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.exceptions.RuntimeIOException;
import org.apache.iceberg.exceptions.ServiceFailureException;
import org.apache.iceberg.exceptions.UnprocessableEntityException;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.rest.responses.ErrorResponse;

import java.io.UncheckedIOException;

import static java.util.Objects.requireNonNull;

/**
 * What a client is told about a failure: the status, and the name of the exception that Iceberg's client throws again.
 */
record RestError(int status, String type, String message)
{
    static final int TOO_MANY_REQUESTS = 429;
    static final int UNAUTHORIZED = 401;
    static final int UNAVAILABLE = 503;

    RestError
    {
        requireNonNull(type, "type is null");
        requireNonNull(message, "message is null");
    }

    static RestError of(Throwable failure)
    {
        return switch (failure) {
            case RefusedException refused -> refused.error();
            case AccessException access -> of(access);
            case IllegalArgumentException _, ValidationException _, BadRequestException _ -> as(400, failure);
            case NoSuchNamespaceException _, NoSuchTableException _, NoSuchViewException _, NoSuchPlanTaskException _, NotFoundException _ -> as(404, failure);
            case UnsupportedOperationException _ -> as(406, failure);
            case AlreadyExistsException _, CommitFailedException _, NamespaceNotEmptyException _ -> as(409, failure);
            case UnprocessableEntityException _ -> as(422, failure);
            case CommitStateUnknownException _ -> as(500, failure);
            // what is there is broken, and is again when it is asked again
            case RuntimeIOException broken when isNoJson(broken) -> as(500, broken);
            case UncheckedIOException broken when isNoJson(broken) -> as(500, broken);
            // definite: nothing happened
            case WalException wal when wal.kind() != WalException.Kind.UNAVAILABLE -> as(500, wal);
            case RuntimeIOException _, UncheckedIOException _, ServiceFailureException _, ObjectStoreAccessException _, WalException _ -> new RestError(UNAVAILABLE, "ServiceUnavailableException", message(failure));
            default -> as(500, failure);
        };
    }

    private static boolean isNoJson(RuntimeException failure)
    {
        return failure.getCause() instanceof JsonProcessingException;
    }

    private static RestError of(AccessException access)
    {
        return switch (access.reason()) {
            case INVALID -> new RestError(400, "BadRequestException", access.getMessage());
            case UNAUTHENTICATED -> new RestError(UNAUTHORIZED, "NotAuthorizedException", access.getMessage());
            case FORBIDDEN -> new RestError(403, "ForbiddenException", access.getMessage());
        };
    }

    private static RestError as(int status, Throwable failure)
    {
        return new RestError(status, failure.getClass().getSimpleName(), message(failure));
    }

    private static String message(Throwable failure)
    {
        return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
    }

    /**
     * True for failures that are the server's matter, and must be in its log.
     */
    boolean isServersFault()
    {
        return status >= 500;
    }

    ErrorResponse response()
    {
        return ErrorResponse.builder().responseCode(status).withType(type).withMessage(message).build();
    }
}
