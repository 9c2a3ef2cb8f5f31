package io.icegate.rest.credentials;

import io.icegate.rest.protocol.TableCredentials;
import io.icegate.server.StoreConfig;
import io.icegate.wal.registry.BoundedMap;
import jakarta.annotation.PreDestroy;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.exceptions.ServiceFailureException;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.StsClientBuilder;
import software.amazon.awssdk.services.sts.model.AssumeRoleRequest;
import software.amazon.awssdk.services.sts.model.Credentials;

import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;

import static java.lang.Math.toIntExact;
import static java.util.Objects.requireNonNull;

/**
 * Assumes a role for each table and client, and gives the same credentials again until half of their time is over. Safe for use by many
 * threads.
 */
public final class StsCredentials
        implements TableCredentials
{
    /**
     * Sessions that are given again.
     */
    static final int SESSIONS_MAX = 1_000;
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final String REGION_OF_OTHERS = "us-east-1";
    private static final int SESSION_NAME_MAX = 64;

    private final StsClient sts;
    private final TablePolicy policy;
    private final String roleArn;
    private final Optional<String> externalId;
    private final Duration duration;
    private final InstantSource clock;
    private final Map<Session, Credentials> sessions = BoundedMap.create(SESSIONS_MAX);

    private record Session(String name, String policy)
    {
        private Session
        {
            requireNonNull(name, "name is null");
            requireNonNull(policy, "policy is null");
        }
    }

    /**
     * @param warehouse its root
     * @param store whose keys sign the requests; without any, what the environment has
     * @throws IllegalArgumentException when the warehouse is not in S3
     */
    public StsCredentials(CredentialsConfig config, StoreConfig store, String warehouse, InstantSource clock)
    {
        roleArn = config.getRoleArn().orElseThrow();
        externalId = config.getExternalId();
        duration = config.getSessionDuration().toJavaTime();
        policy = new TablePolicy(warehouse, roleArn);
        this.clock = requireNonNull(clock, "clock is null");
        StsClientBuilder builder = StsClient.builder()
                .credentialsProvider(credentials(store))
                .httpClientBuilder(UrlConnectionHttpClient.builder().connectionTimeout(TIMEOUT).socketTimeout(TIMEOUT));
        config.getStsEndpoint().map(URI::create).ifPresent(builder::endpointOverride);
        store.getRegion().or(() -> config.getStsEndpoint().map(_ -> REGION_OF_OTHERS)).map(Region::of).ifPresent(builder::region);
        sts = builder.build();
    }

    private static AwsCredentialsProvider credentials(StoreConfig store)
    {
        if (store.getAccessKeyId().isEmpty()) {
            return DefaultCredentialsProvider.builder().build();
        }
        String id = store.getAccessKeyId().orElseThrow();
        String secret = store.getSecretAccessKey().orElseThrow();
        return StaticCredentialsProvider.create(store.getSessionToken().isPresent()
                ? AwsSessionCredentials.create(id, secret, store.getSessionToken().orElseThrow())
                : AwsBasicCredentials.create(id, secret));
    }

    @Override
    public Optional<Map<String, String>> of(TableMetadata table, String principal, boolean mayChange)
    {
        return policy.of(table, mayChange).map(allowed -> properties(credentials(new Session(sessionName(principal), allowed))));
    }

    private Credentials credentials(Session session)
    {
        Credentials known = sessions.get(session);
        if (known == null || clock.instant().isAfter(known.expiration().minus(duration.dividedBy(2)))) {
            known = assume(session);
            sessions.put(session, known);
        }
        return known;
    }

    private static Map<String, String> properties(Credentials credentials)
    {
        return Map.of(
                "s3.access-key-id", credentials.accessKeyId(),
                "s3.secret-access-key", credentials.secretAccessKey(),
                "s3.session-token", credentials.sessionToken(),
                "s3.session-token-expires-at-ms", Long.toString(credentials.expiration().toEpochMilli()));
    }

    private Credentials assume(Session session)
    {
        try {
            return sts.assumeRole(AssumeRoleRequest.builder()
                            .roleArn(roleArn)
                            .roleSessionName(session.name())
                            .externalId(externalId.orElse(null))
                            .durationSeconds(toIntExact(duration.toSeconds()))
                            .policy(session.policy())
                            .build())
                    .credentials();
        }
        catch (SdkException e) {
            throw new ServiceFailureException(e, "Cannot send credentials: role %s was not assumed: %s", roleArn, e.getMessage());
        }
    }

    /**
     * Stands in the log of the store beside what is done with the credentials.
     */
    private static String sessionName(String principal)
    {
        String name = "icegate-" + principal.replaceAll("[^A-Za-z0-9_+=,.@-]", "-");
        return name.substring(0, Math.min(name.length(), SESSION_NAME_MAX));
    }

    @PreDestroy
    public void close()
    {
        sts.close();
    }
}
