package io.icegate.objectstore.s3;

import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

import java.io.Closeable;
import java.time.Duration;

import static java.util.Objects.requireNonNull;

/**
 * The two ways to talk to S3.
 *
 * @param retrying for everything that may be sent twice
 * @param single for conditional writes: one attempt with a short deadline, because an SDK that repeats a write whose
 *         answer was lost is told that its own object is in the way
 */
record S3Clients(S3Client retrying, S3Client single)
        implements Closeable
{
    private static final String IDLE_CONNECTIONS = "http.maxConnections";
    private static final int IDLE_CONNECTIONS_MAX = 64;
    private static final int ATTEMPTS_MAX = 5;
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration READ_TIMEOUT = Duration.ofSeconds(20);

    static {
        // there is no other way to say so, and the JDK looks once
        if (System.getProperty(IDLE_CONNECTIONS) == null) {
            System.setProperty(IDLE_CONNECTIONS, Integer.toString(IDLE_CONNECTIONS_MAX));
        }
    }

    S3Clients
    {
        requireNonNull(retrying, "retrying is null");
        requireNonNull(single, "single is null");
    }

    static S3Clients open(S3Properties properties)
    {
        S3Client retrying = builder(properties)
                .httpClientBuilder(UrlConnectionHttpClient.builder().connectionTimeout(CONNECT_TIMEOUT).socketTimeout(READ_TIMEOUT))
                .overrideConfiguration(configuration -> configuration.retryStrategy(AwsRetryStrategy.standardRetryStrategy().toBuilder().maxAttempts(ATTEMPTS_MAX).build()))
                .build();
        Duration putTimeout = properties.putTimeout();
        S3Client single = builder(properties)
                .httpClientBuilder(UrlConnectionHttpClient.builder().connectionTimeout(putTimeout).socketTimeout(putTimeout))
                .overrideConfiguration(configuration -> configuration
                        .retryStrategy(AwsRetryStrategy.doNotRetry())
                        .apiCallAttemptTimeout(putTimeout))
                .build();
        return new S3Clients(retrying, single);
    }

    private static S3ClientBuilder builder(S3Properties properties)
    {
        S3ClientBuilder builder = S3Client.builder()
                .credentialsProvider(credentials(properties))
                .forcePathStyle(properties.pathStyle())
                // objects are in memory: their whole hash is signed, which costs less than signing chunks does
                .serviceConfiguration(configuration -> configuration.expectContinueEnabled(false).chunkedEncodingEnabled(false))
                // clones of S3 do not know the newer checksums
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED);
        properties.endpoint().ifPresent(builder::endpointOverride);
        properties.region().map(Region::of).ifPresent(builder::region);
        return builder;
    }

    private static AwsCredentialsProvider credentials(S3Properties properties)
    {
        if (properties.accessKeyId().isEmpty()) {
            return DefaultCredentialsProvider.builder().build();
        }
        String id = properties.accessKeyId().orElseThrow();
        String secret = properties.secretAccessKey().orElseThrow();
        return properties.sessionToken()
                .<AwsCredentialsProvider>map(token -> StaticCredentialsProvider.create(AwsSessionCredentials.create(id, secret, token)))
                .orElseGet(() -> StaticCredentialsProvider.create(AwsBasicCredentials.create(id, secret)));
    }

    @Override
    public void close()
    {
        retrying.close();
        single.close();
    }

    @Override
    public String toString()
    {
        return "S3Clients";
    }
}
