package io.icegate.rest.protocol;

import com.fasterxml.jackson.core.JsonParseException;
import io.icegate.objectstore.ObjectStoreAccessException;
import io.icegate.server.access.AccessException;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.BadRequestException;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.exceptions.NamespaceNotEmptyException;
import org.apache.iceberg.exceptions.NoSuchIcebergTableException;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.exceptions.NoSuchViewException;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.exceptions.RuntimeIOException;
import org.apache.iceberg.exceptions.UnprocessableEntityException;
import org.apache.iceberg.exceptions.ValidationException;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.UncheckedIOException;

import static org.assertj.core.api.Assertions.assertThat;

final class TestRestError
{
    @Test
    void testStatusOfEachFailure()
    {
        assertStatus(400, "IllegalArgumentException", new IllegalArgumentException("m"));
        assertStatus(400, "ValidationException", new ValidationException("m"));
        assertStatus(400, "BadRequestException", new BadRequestException("m"));
        assertStatus(400, "BadRequestException", new AccessException(AccessException.Reason.INVALID, "m"));
        assertStatus(401, "NotAuthorizedException", new AccessException(AccessException.Reason.UNAUTHENTICATED, "m"));
        assertStatus(403, "ForbiddenException", new AccessException(AccessException.Reason.FORBIDDEN, "m"));
        assertStatus(404, "NoSuchNamespaceException", new NoSuchNamespaceException("m"));
        assertStatus(404, "NoSuchTableException", new NoSuchTableException("m"));
        assertStatus(404, "NoSuchIcebergTableException", new NoSuchIcebergTableException("m"));
        assertStatus(404, "NoSuchViewException", new NoSuchViewException("m"));
        assertStatus(404, "NotFoundException", new NotFoundException("m"));
        assertStatus(406, "UnsupportedOperationException", new UnsupportedOperationException("m"));
        assertStatus(409, "AlreadyExistsException", new AlreadyExistsException("m"));
        assertStatus(409, "CommitFailedException", new CommitFailedException("m"));
        assertStatus(409, "NamespaceNotEmptyException", new NamespaceNotEmptyException("m"));
        assertStatus(422, "UnprocessableEntityException", new UnprocessableEntityException("m"));
        assertStatus(500, "IllegalStateException", new IllegalStateException("m"));
        assertStatus(500, "RuntimeIOException", new RuntimeIOException(new JsonParseException(null, "x"), "m"));
        assertStatus(500, "UncheckedIOException", new UncheckedIOException("m", new JsonParseException(null, "x")));
        assertStatus(503, "ServiceUnavailableException", new RuntimeIOException(new IOException("x"), "m"));
        assertStatus(503, "ServiceUnavailableException", new UncheckedIOException("m", new IOException("x")));
        assertStatus(503, "ServiceUnavailableException", new ObjectStoreAccessException("m"));
        assertThat(RestError.of(new CommitStateUnknownException(new IOException("m")))).satisfies(error -> {
            assertThat(error.status()).isEqualTo(500);
            assertThat(error.type()).isEqualTo("CommitStateUnknownException");
            assertThat(error.isServersFault()).isTrue();
        });
        assertThat(RestError.of(new NullPointerException()).message()).isEqualTo("NullPointerException");
    }

    private static void assertStatus(int status, String type, RuntimeException failure)
    {
        assertThat(RestError.of(failure)).isEqualTo(new RestError(status, type, "m"));
    }
}
