package io.icegate.objectstore.gcs;

import com.google.auth.Retryable;
import com.google.auth.oauth2.AccessToken;
import com.google.auth.oauth2.GoogleCredentials;
import io.icegate.objectstore.ObjectStoreAccessException;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;

import static java.util.Objects.requireNonNull;

/**
 * The headers that say who asks. The default credentials are looked for at the first request, which may ask the metadata
 * server of the machine; tokens are renewed before they end.
 */
final class GcsCredentials
{
    private static final String SCOPE = "https://www.googleapis.com/auth/devstorage.read_write";

    private final GcsProperties properties;
    private @Nullable GoogleCredentials found;

    GcsCredentials(GcsProperties properties)
    {
        this.properties = requireNonNull(properties, "properties is null");
    }

    /**
     * @throws ObjectStoreAccessException when there are no credentials, or they are refused
     * @throws IOException when whoever gives tokens could not be asked
     */
    Map<String, List<String>> headers()
            throws IOException
    {
        if (properties.anonymous()) {
            return Map.of();
        }
        GoogleCredentials credentials = credentials();
        try {
            return credentials.getRequestMetadata(URI.create("https://storage.googleapis.com/"));
        }
        catch (IOException e) {
            if (e instanceof Retryable retryable && !retryable.isRetryable()) {
                throw new ObjectStoreAccessException("Cannot ask Google Cloud Storage: the credentials give no token: %s".formatted(e.getMessage()), e);
            }
            throw e;
        }
    }

    private synchronized GoogleCredentials credentials()
    {
        GoogleCredentials credentials = found;
        if (credentials == null) {
            credentials = properties.token().map(GcsCredentials::ofToken).orElseGet(GcsCredentials::ofEnvironment);
            found = credentials;
        }
        return credentials;
    }

    private static GoogleCredentials ofToken(String token)
    {
        return GoogleCredentials.create(AccessToken.newBuilder().setTokenValue(token).build());
    }

    private static GoogleCredentials ofEnvironment()
    {
        try {
            return GoogleCredentials.getApplicationDefault().createScoped(SCOPE);
        }
        catch (IOException e) {
            throw new ObjectStoreAccessException("Cannot ask Google Cloud Storage: there are no credentials ('%s' sends none): %s".formatted(GcsProperties.NO_AUTH, e.getMessage()), e);
        }
    }
}
