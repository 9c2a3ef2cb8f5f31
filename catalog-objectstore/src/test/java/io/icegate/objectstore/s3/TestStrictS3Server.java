package io.icegate.objectstore.s3;

import io.icegate.objectstore.ObjectStoreRaces;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * The wire, by a client that is not ours.
 */
final class TestStrictS3Server
{
    private final StrictS3Server server = StrictS3Server.start();
    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @AfterEach
    void stopServer()
    {
        server.close();
    }

    @Test
    void testObjects()
            throws Exception
    {
        Instant before = Instant.now().minusSeconds(2);
        assertThat(put("/b/k%20%2B%C3%BC", "hello").statusCode()).isEqualTo(200);
        assertThat(server.keys("b")).containsExactly("k +ü");
        HttpResponse<String> get = send("GET", "/b/k%20%2B%C3%BC", "");
        assertThat(get.body()).isEqualTo("hello");
        assertThat(get.headers().firstValue("ETag").orElseThrow()).matches("\".+\"");
        Instant modified = ZonedDateTime.parse(get.headers().firstValue("Last-Modified").orElseThrow(), DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
        Instant date = ZonedDateTime.parse(get.headers().firstValue("Date").orElseThrow(), DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
        // HTTP dates have no fraction
        assertThat(modified).isBetween(before, date.plusSeconds(2));
        assertThat(date).isBetween(before, Instant.now().plusSeconds(2));
        HttpResponse<String> head = send("HEAD", "/b/k%20%2B%C3%BC", "");
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.headers().firstValueAsLong("Content-Length")).hasValue(5);
        assertThat(send("HEAD", "/b/missing", "").statusCode()).isEqualTo(404);
        assertThat(send("GET", "/b/missing", "").body()).contains("<Code>NoSuchKey</Code>");
        assertThat(send("DELETE", "/b/k%20%2B%C3%BC", "").statusCode()).isEqualTo(204);
        assertThat(send("DELETE", "/b/k%20%2B%C3%BC", "").statusCode()).isEqualTo(204);
        assertThat(server.keys("b")).isEmpty();
    }

    @Test
    void testLargeObjectsInFiles(@TempDir Path folder)
            throws Exception
    {
        server.keepLargeObjectsIn(folder);
        String large = "0123456789".repeat(10_000);
        assertThat(put("/b/large", large).statusCode()).isEqualTo(200);
        assertThat(put("/b/small", "small").statusCode()).isEqualTo(200);
        assertThat(folder.toFile().list()).hasSize(1);
        assertThat(send("GET", "/b/large", "").body()).isEqualTo(large);
        assertThat(send("GET", "/b/large", "", "Range", "bytes=99995-").body()).isEqualTo("56789");
        assertThat(send("HEAD", "/b/large", "").headers().firstValueAsLong("Content-Length")).hasValue(100_000);
    }

    @Test
    void testConditions()
            throws Exception
    {
        assertThat(put("/b/k", "1", "If-None-Match", "*").statusCode()).isEqualTo(200);
        HttpResponse<String> refused = put("/b/k", "2", "If-None-Match", "*");
        assertThat(refused.statusCode()).isEqualTo(412);
        assertThat(refused.body()).contains("<Code>PreconditionFailed</Code>");
        String etag = send("HEAD", "/b/k", "").headers().firstValue("ETag").orElseThrow();
        assertThat(put("/b/k", "3", "If-Match", "\"other\"").statusCode()).isEqualTo(412);
        assertThat(put("/b/k", "3", "If-Match", etag).statusCode()).isEqualTo(200);
        assertThat(put("/b/k", "4", "If-Match", etag).statusCode()).as("the tag changed").isEqualTo(412);
        assertThat(put("/b/missing", "4", "If-Match", etag).statusCode()).isEqualTo(404);
        assertThat(send("GET", "/b/k", "").body()).isEqualTo("3");
        String newTag = send("HEAD", "/b/k", "").headers().firstValue("ETag").orElseThrow();
        assertThat(send("GET", "/b/k", "", "If-None-Match", newTag).statusCode()).isEqualTo(304);
        assertThat(send("GET", "/b/k", "", "If-Match", etag).statusCode()).isEqualTo(412);
    }

    @Test
    void testCompareAndSwapIsAtomic()
            throws Exception
    {
        put("/b/counter", "0");
        List<Callable<Integer>> tasks = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            tasks.add(() -> {
                int done = 0;
                while (done < 20) {
                    HttpResponse<String> current = send("GET", "/b/counter", "");
                    String next = Integer.toString(Integer.parseInt(current.body()) + 1);
                    done += put("/b/counter", next, "If-Match", current.headers().firstValue("ETag").orElseThrow()).statusCode() == 200 ? 1 : 0;
                }
                return done;
            });
        }
        assertThat(ObjectStoreRaces.together(tasks)).containsOnly(20);
        assertThat(send("GET", "/b/counter", "").body()).isEqualTo("120");
    }

    @Test
    void testOneCreates()
            throws Exception
    {
        for (int round = 0; round < 20; round++) {
            String path = "/b/k" + round;
            List<Callable<Integer>> tasks = Collections.nCopies(8, () -> put(path, "x", "If-None-Match", "*").statusCode());
            List<Integer> statuses = ObjectStoreRaces.together(tasks);
            assertThat(Collections.frequency(statuses, 200)).isOne();
            assertThat(Collections.frequency(statuses, 412)).isEqualTo(7);
        }
    }

    @Test
    void testRanges()
            throws Exception
    {
        put("/b/k", "0123456789");
        assertThat(send("GET", "/b/k", "", "Range", "bytes=2-4").body()).isEqualTo("234");
        assertThat(send("GET", "/b/k", "", "Range", "bytes=7-").body()).isEqualTo("789");
        assertThat(send("GET", "/b/k", "", "Range", "bytes=-2").body()).isEqualTo("89");
        assertThat(send("GET", "/b/k", "", "Range", "bytes=8-100").body()).isEqualTo("89");
        HttpResponse<String> part = send("GET", "/b/k", "", "Range", "bytes=2-4");
        assertThat(part.statusCode()).isEqualTo(206);
        assertThat(part.headers().firstValue("Content-Range")).contains("bytes 2-4/10");
        assertThat(send("GET", "/b/k", "", "Range", "bytes=10-12").statusCode()).isEqualTo(416);
        assertThat(send("GET", "/b/k", "", "Range", "lines=1-2").body()).isEqualTo("0123456789");
    }

    @Test
    void testListings()
            throws Exception
    {
        for (String key : List.of("a", "a-b", "a/1", "a/2/x", "a/2/y", "a0", "b<&>")) {
            put("/b/" + key.replace("<", "%3C").replace("&", "%26").replace(">", "%3E"), "x");
        }
        assertThat(keys("/b?list-type=2")).containsExactly("a", "a-b", "a/1", "a/2/x", "a/2/y", "a0", "b&lt;&amp;&gt;");
        assertThat(keys("/b?list-type=2&encoding-type=url")).endsWith("b%3C%26%3E");
        assertThat(keys("/b?list-type=2&prefix=a/")).containsExactly("a/1", "a/2/x", "a/2/y");
        assertThat(keys("/b?list-type=2&start-after=a/1")).startsWith("a/2/x");
        assertThat(keys("/b")).hasSize(7);
        assertThat(keys("/b?marker=a0")).hasSize(1);

        String delimited = send("GET", "/b?list-type=2&delimiter=/", "").body();
        assertThat(matches(delimited, "<CommonPrefixes><Prefix>([^<]*)")).containsExactly("a/");
        assertThat(matches(delimited, "<Key>([^<]*)")).containsExactly("a", "a-b", "a0", "b&lt;&amp;&gt;");

        List<String> seen = new ArrayList<>();
        String token = "";
        do {
            String page = send("GET", "/b?list-type=2&delimiter=/&max-keys=2" + (token.isEmpty() ? "" : "&continuation-token=" + token.replace("=", "%3D")), "").body();
            seen.addAll(matches(page, "<(?:Key|CommonPrefixes><Prefix)>([^<]*)"));
            token = matches(page, "<NextContinuationToken>([^<]*)").stream().findFirst().orElse("");
        }
        while (!token.isEmpty());
        assertThat(seen).containsExactlyInAnyOrder("a", "a-b", "a/", "a0", "b&lt;&amp;&gt;");
    }

    @Test
    void testBuckets()
            throws Exception
    {
        assertThat(send("HEAD", "/new", "").statusCode()).isEqualTo(200);
        server.requireBuckets();
        assertThat(send("HEAD", "/other", "").statusCode()).isEqualTo(404);
        assertThat(put("/other/k", "x").body()).contains("<Code>NoSuchBucket</Code>");
        assertThat(send("PUT", "/other", "").statusCode()).isEqualTo(200);
        assertThat(put("/other/k", "x").statusCode()).isEqualTo(200);
        assertThat(send("GET", "/other?location", "").body()).contains("LocationConstraint");
        assertThat(matches(send("GET", "/", "").body(), "<Name>([^<]*)")).containsExactly("new", "other");
        assertThat(send("DELETE", "/other", "").body()).contains("<Code>BucketNotEmpty</Code>");
        assertThat(send("DELETE", "/new", "").statusCode()).isEqualTo(204);
        assertThat(send("GET", "/other?versioning", "").statusCode()).isEqualTo(501);
    }

    @Test
    void testDeleteMany()
            throws Exception
    {
        put("/b/a", "x");
        put("/b/c", "x");
        HttpResponse<String> answer = send("POST", "/b?delete", "<Delete><Object><Key>a</Key></Object><Object><Key>missing</Key></Object></Delete>");
        assertThat(matches(answer.body(), "<Deleted><Key>([^<]*)")).containsExactly("a", "missing");
        assertThat(server.keys("b")).containsExactly("c");
        assertThat(send("POST", "/b?delete", "<Delete><Quiet>true</Quiet><Object><Key>c</Key></Object></Delete>").body()).doesNotContain("<Deleted>");
        assertThat(send("POST", "/b?delete", "not xml").statusCode()).isEqualTo(400);
    }

    @Test
    void testMultipart()
            throws Exception
    {
        String id = matches(send("POST", "/b/k?uploads", "").body(), "<UploadId>([^<]*)").get(0);
        String large = "x".repeat(5 * 1024 * 1024);
        assertThat(put("/b/k?partNumber=1&uploadId=" + id, large).headers().firstValue("ETag")).isPresent();
        put("/b/k?partNumber=2&uploadId=" + id, "end");
        assertThat(server.keys("b")).isEmpty();
        assertThat(send("POST", "/b/k?uploadId=" + id, "<C><Part><PartNumber>1</PartNumber></Part><Part><PartNumber>1</PartNumber></Part></C>").body()).contains("InvalidPartOrder");
        assertThat(send("POST", "/b/k?uploadId=" + id, "<C><Part><PartNumber>3</PartNumber></Part></C>").body()).contains("InvalidPart");
        HttpResponse<String> done = send("POST", "/b/k?uploadId=" + id, "<C><Part><PartNumber>1</PartNumber></Part><Part><PartNumber>2</PartNumber></Part></C>");
        assertThat(done.statusCode()).isEqualTo(200);
        assertThat(server.object("b", "k").orElseThrow()).hasSize(large.length() + 3);
        assertThat(send("POST", "/b/k?uploadId=" + id, "<C/>").body()).contains("NoSuchUpload");

        String aborted = matches(send("POST", "/b/k2?uploads", "").body(), "<UploadId>([^<]*)").get(0);
        assertThat(send("DELETE", "/b/k2?uploadId=" + aborted, "").statusCode()).isEqualTo(204);
        assertThat(put("/b/k2?partNumber=1&uploadId=" + aborted, "x").statusCode()).isEqualTo(404);
    }

    @Test
    void testCopy()
            throws Exception
    {
        put("/b/a", "content");
        assertThat(send("PUT", "/b/c", "", "x-amz-copy-source", "/b/a").statusCode()).isEqualTo(200);
        assertThat(send("GET", "/b/c", "").body()).isEqualTo("content");
        assertThat(send("PUT", "/b/c", "", "x-amz-copy-source", "b/missing").statusCode()).isEqualTo(404);
    }

    @Test
    void testChunkedBodies()
            throws Exception
    {
        String body = "5;chunk-signature=abc\r\nhello\r\n6\r\n world\r\n0\r\nx-amz-checksum-crc32:DUoRhQ==\r\n\r\n";
        assertThat(put("/b/k", body, "x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "x-amz-decoded-content-length", "11").statusCode()).isEqualTo(200);
        assertThat(server.object("b", "k").orElseThrow()).asString().isEqualTo("hello world");
        assertThat(put("/b/k2", body.replace("DUo", "AAA"), "x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER").body()).contains("BadDigest");
        assertThat(put("/b/k2", body, "Content-Encoding", "aws-chunked", "x-amz-decoded-content-length", "12").body()).contains("IncompleteBody");
        assertThat(server.keys("b")).containsExactly("k");
    }

    @Test
    void testVeto()
            throws Exception
    {
        put("/b/_wal/1", "x");
        put("/b/free", "x");
        server.follow((_operation, _bucket, key) -> key.startsWith("_wal/") ? Optional.of("acknowledged") : Optional.empty());
        assertThat(send("DELETE", "/b/_wal/1", "").statusCode()).isEqualTo(403);
        assertThat(put("/b/_wal/1", "y").statusCode()).isEqualTo(403);
        assertThat(put("/b/_wal/1", "y", "If-None-Match", "*").statusCode()).as("a refused creation is no violation").isEqualTo(412);
        assertThat(put("/b/_wal/2", "y").statusCode()).isEqualTo(200);
        assertThat(send("DELETE", "/b/free", "").statusCode()).isEqualTo(204);
        assertThat(send("POST", "/b?delete", "<Delete><Object><Key>_wal/2</Key></Object></Delete>").body()).contains("<Code>AccessDenied</Code>");
        assertThat(server.keys("b")).containsExactly("_wal/1", "_wal/2");
        assertThat(server.violations()).containsExactly("DELETE b/_wal/1: acknowledged", "PUT b/_wal/1: acknowledged", "DELETE_MANY b/_wal/2: acknowledged");
    }

    @Test
    void testFaults()
            throws Exception
    {
        always(S3Fault.ERROR_BEFORE);
        assertThat(put("/b/k", "x").statusCode()).isEqualTo(500);
        always(S3Fault.SLOW_DOWN);
        assertThat(put("/b/k", "x").body()).contains("<Code>SlowDown</Code>");
        always(S3Fault.CONFLICT);
        assertThat(put("/b/k", "x", "If-None-Match", "*").statusCode()).isEqualTo(409);
        assertThat(put("/b/k", "x").statusCode()).isEqualTo(503);
        assertThat(server.keys("b")).isEmpty();
        always(S3Fault.ERROR_AFTER);
        assertThat(put("/b/k", "x").statusCode()).isEqualTo(500);
        assertThat(server.keys("b")).containsExactly("k");
        always(S3Fault.LOST_ACKNOWLEDGEMENT);
        assertThatThrownBy(() -> put("/b/k2", "x")).isInstanceOf(IOException.class);
        assertThat(server.keys("b")).containsExactly("k", "k2");
        assertThat(server.requests()).filteredOn(request -> request.status() == 0).isNotEmpty()
                .allSatisfy(request -> assertThat(request.fault()).contains(S3Fault.LOST_ACKNOWLEDGEMENT));
    }

    @Test
    void testSeedReplays()
            throws Exception
    {
        assertThat(faultsOf(7)).isEqualTo(faultsOf(7)).isNotEqualTo(faultsOf(8));
        assertThat(faultsOf(7)).filteredOn(Optional::isPresent).hasSizeBetween(10, 40);
    }

    private List<Optional<S3Fault>> faultsOf(long seed)
            throws Exception
    {
        server.takeRequests();
        server.follow(S3FaultPlan.standard(seed).withFaults(EnumSet.of(S3Fault.ERROR_BEFORE, S3Fault.ERROR_AFTER, S3Fault.SLOW_DOWN)));
        for (int i = 0; i < 200; i++) {
            put("/b/k" + i, "x");
        }
        server.follow(S3FaultPlan.none());
        return server.takeRequests().stream().map(S3LogEntry::fault).toList();
    }

    @Test
    void testLatency()
            throws Exception
    {
        server.follow(Map.of(S3Operation.PUT, Duration.ofMillis(200)));
        long start = System.nanoTime();
        put("/b/k", "x");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(200));
    }

    @Test
    void testRequestLog()
            throws Exception
    {
        put("/b/k", "x", "If-None-Match", "*");
        send("GET", "/b/k", "", "Range", "bytes=0-1");
        send("GET", "/b?list-type=2&prefix=k", "");
        assertThat(server.takeRequests()).containsExactly(
                new S3LogEntry(S3Operation.PUT, "b", "k", true, Optional.empty(), Optional.empty(), 200),
                new S3LogEntry(S3Operation.GET, "b", "k", false, Optional.of("bytes=0-1"), Optional.empty(), 206),
                new S3LogEntry(S3Operation.LIST, "b", "k", false, Optional.empty(), Optional.empty(), 200));
        assertThat(server.requests()).isEmpty();
    }

    private void always(S3Fault fault)
    {
        server.follow(S3FaultPlan.standard(1).withRate(1).withFaults(EnumSet.of(fault)));
    }

    private List<String> keys(String path)
            throws Exception
    {
        return matches(send("GET", path, "").body(), "<Key>([^<]*)");
    }

    private static List<String> matches(String text, String pattern)
    {
        return Pattern.compile(pattern).matcher(text).results().map((MatchResult match) -> match.group(1)).toList();
    }

    private HttpResponse<String> put(String path, String body, String... headers)
            throws IOException, InterruptedException
    {
        return send("PUT", path, body, headers);
    }

    private HttpResponse<String> send(String method, String path, String body, String... headers)
            throws IOException, InterruptedException
    {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server.endpoint() + path)).timeout(Duration.ofSeconds(60))
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }
}
