package io.icegate.objectstore.azure;

import com.azure.core.http.HttpClient;
import com.azure.core.http.jdk.httpclient.JdkHttpClientBuilder;
import com.azure.identity.DefaultAzureCredentialBuilder;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.BlobServiceClient;
import com.azure.storage.blob.BlobServiceClientBuilder;
import com.azure.storage.blob.batch.BlobBatchClient;
import com.azure.storage.blob.batch.BlobBatchClientBuilder;
import com.azure.storage.common.StorageSharedKeyCredential;
import com.azure.storage.common.policy.RequestRetryOptions;
import com.azure.storage.common.policy.RetryPolicyType;

import java.time.Duration;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

import static java.util.Objects.requireNonNull;

/**
 * The ways to talk to a container. None repeats a request: a client that repeats a write whose answer was lost is told that
 * its own object is in the way, and on the client of the JDK the repetition of a read fails (it takes the body of the refused
 * answer twice). {@link AzureRetries} repeats instead.
 *
 * @param patient for everything that may be sent twice
 * @param brief for conditional writes, with a short deadline
 * @param batch deletes many objects in one request
 */
record AzureClients(BlobContainerClient patient, BlobContainerClient brief, BlobBatchClient batch)
{
    /**
     * One warns at each request that the JDK counts bytes itself, the other calls it an error that an object to delete is gone already.
     * Kept here, because a logger that nobody holds forgets its level.
     */
    private static final List<Logger> NOISE = List.of(
            Logger.getLogger("com.azure.core.http.jdk.httpclient.JdkHttpClient"),
            Logger.getLogger("com.azure.storage.blob.batch.BlobBatchAsyncClient"));
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(20);

    static {
        NOISE.forEach(logger -> logger.setLevel(Level.OFF));
    }

    AzureClients
    {
        requireNonNull(patient, "patient is null");
        requireNonNull(brief, "brief is null");
        requireNonNull(batch, "batch is null");
    }

    static AzureClients open(AzureProperties properties, String container)
    {
        BlobContainerClient patient = service(properties, http(CONNECT_TIMEOUT, ANSWER_TIMEOUT)).getBlobContainerClient(container);
        BlobContainerClient brief = service(properties, http(properties.putTimeout(), properties.putTimeout())).getBlobContainerClient(container);
        return new AzureClients(patient, brief, new BlobBatchClientBuilder(patient).buildClient());
    }

    private static HttpClient http(Duration connectTimeout, Duration answerTimeout)
    {
        return new JdkHttpClientBuilder()
                .connectionTimeout(connectTimeout)
                .writeTimeout(answerTimeout)
                .responseTimeout(answerTimeout)
                .readTimeout(answerTimeout)
                .build();
    }

    private static BlobServiceClient service(AzureProperties properties, HttpClient http)
    {
        BlobServiceClientBuilder builder = new BlobServiceClientBuilder()
                .endpoint(properties.endpoint().toString())
                .httpClient(http)
                .retryOptions(new RequestRetryOptions(RetryPolicyType.FIXED, 1, (Duration) null, null, null, null));
        if (properties.accountKey().isPresent()) {
            builder.credential(new StorageSharedKeyCredential(properties.account(), properties.accountKey().orElseThrow()));
        }
        else if (properties.sasToken().isPresent()) {
            builder.sasToken(properties.sasToken().orElseThrow());
        }
        else {
            builder.credential(new DefaultAzureCredentialBuilder().build());
        }
        return builder.buildClient();
    }

    @Override
    public String toString()
    {
        return "AzureClients";
    }
}
