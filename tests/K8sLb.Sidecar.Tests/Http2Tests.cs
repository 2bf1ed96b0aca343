using System.Net;
using System.Net.Http.Headers;
using K8sLb.Protocol;
using K8sLb.Sidecar.Tests.Fixtures;
using K8sLb.TestKit;

namespace K8sLb.Sidecar.Tests;

public sealed class Http2ThroughRelayTests() : Http2Tests(PortMode.Relay)
{
    [Fact]
    public async Task Streams_that_cross_are_served_for_as_long_as_the_pool_waits_for_them()
    {
        await using var pool = await PoolAsync(policy: p =>
            TestSnapshots.NeverQuiet(p) with
            {
                Drain = TestSnapshots.NeverQuiet(p).Drain with { GoAwayGraceMs = 500_000 },
            }
        );
        await using var client = await RawHttp2.ConnectAsync(pool[0].Http);
        var others = new List<RawFrame>();
        await client.UntilEndOfAsync(await client.GetAsync("/"), others);
        await pool.DrainAsync(0);
        await Eventually.IsTrue(() => pool[0].Drain.Current is { IsReleasing: true }, "releasing");

        await client.UntilEndOfAsync(await client.GetAsync("/"), others);
        await client.UntilEndOfAsync(await client.GetAsync("/trickle?bytes=100"), others);
        for (var i = 0; i < 1500; i++)
        {
            await client.UntilEndOfAsync(await client.GetAsync("/"), others);
        }

        others.Where(f => f.Type == RawHttp2.GoAway).ShouldHaveSingleItem().LastStream.ShouldBe(int.MaxValue);
        await client.DisposeAsync();
        await Eventually.IsTrue(() => pool[0].Registry.Account().Totals.Released == 1, "its end ends the wait");
    }
}

public sealed class Http2ThroughProxyTests() : Http2Tests(PortMode.Proxy)
{
    [Fact]
    public async Task A_request_in_a_drain_gets_goaway_in_two_phases_and_its_answer()
    {
        await using var pool = await PoolAsync(policy: ShortGrace);
        await using var client = await RawHttp2.ConnectAsync(pool[0].Http);
        var others = new List<RawFrame>();
        await client.UntilEndOfAsync(await client.GetAsync("/"), others);
        others.ShouldBeEmpty();

        await pool.DrainAsync(0);
        await Eventually.IsTrue(() => pool[0].Asked == 1, "the connection was asked to move");
        var last = await client.GetAsync("/gate");

        var first = (await client.NextAsync()).ShouldNotBeNull();
        first.Type.ShouldBe(RawHttp2.GoAway);
        first.LastStream.ShouldBe(int.MaxValue);
        pool[0].App.Gate.SetResult();
        await client.UntilEndOfAsync(last, others);
        others.ShouldBeEmpty();
        var final = await client.NextAsync();
        final.ShouldNotBeNull().Type.ShouldBe(RawHttp2.GoAway);
        final.LastStream.ShouldBe(last);
        (await client.NextAsync()).ShouldBeNull();
        await Eventually.IsTrue(() => pool[0].Registry.Account().Totals.Released == 1, "released");
    }

    [Fact]
    public async Task A_stream_that_crosses_the_first_goaway_is_served()
    {
        await using var pool = await PoolAsync(policy: ShortGrace);
        await using var client = await RawHttp2.ConnectAsync(pool[0].Http);
        var others = new List<RawFrame>();
        var held = await client.GetAsync("/gate");
        await Eventually.IsTrue(() => pool[0].App.Waiting == 1, "in flight");
        await pool.DrainAsync(0);
        (await client.NextAsync()).ShouldNotBeNull().LastStream.ShouldBe(int.MaxValue);

        var crossing = await client.GetAsync("/");
        await client.UntilEndOfAsync(crossing, others);
        others.ShouldBeEmpty();
        pool[0].App.Gate.SetResult();
        await client.UntilEndOfAsync(held, others);

        (await client.NextAsync()).ShouldNotBeNull().LastStream.ShouldBe(crossing);
    }

    [Fact]
    public async Task Behind_the_last_goaway_the_connection_waits_for_the_client_that_a_stream_may_come_from()
    {
        await using var pool = await PoolAsync(policy: p => Grace(p, milliseconds: 500_000));
        await using var client = await RawHttp2.ConnectAsync(pool[0].Http);
        var held = await client.GetAsync("/gate");
        await Eventually.IsTrue(() => pool[0].App.Waiting == 1, "in flight");
        await pool.DrainAsync(0);
        (await client.NextAsync()).ShouldNotBeNull().LastStream.ShouldBe(int.MaxValue);
        pool[0].App.Gate.SetResult();
        await client.UntilEndOfAsync(held, []);
        (await client.NextAsync()).ShouldNotBeNull().LastStream.ShouldBe(held);

        await client.GetAsync("/");
        await using var meanwhile = await RawHttp.ConnectAsync(pool[0].Http);
        (await meanwhile.RequestAsync("/trickle?bytes=20")).Status.ShouldBe(200);
        pool[0].Registry.Account().Live.Http2.ShouldBe(1);
        await client.DisposeAsync();

        await Eventually.IsTrue(() => pool[0].Registry.Account().Live.Http2 == 0, "its end ends the wait");
    }

    private static PoolPolicy ShortGrace(PoolPolicy policy) => Grace(policy, milliseconds: 1000);

    private static PoolPolicy Grace(PoolPolicy policy, long milliseconds) =>
        TestSnapshots.NeverQuiet(policy) with
        {
            Drain = TestSnapshots.NeverQuiet(policy).Drain with { GoAwayGraceMs = milliseconds },
        };
}

public abstract class Http2Tests(PortMode mode) : DataPathTests(mode)
{
    [Fact]
    public async Task A_long_stream_is_told_at_once_and_left_to_end()
    {
        await using var pool = await PoolAsync();
        await using var client = await RawHttp2.ConnectAsync(pool[0].Http);
        var id = await client.GetAsync("/gate");
        await Eventually.IsTrue(() => pool[0].App.Waiting == 1, "in flight");

        await pool.DrainAsync(0);

        (await client.NextAsync()).ShouldNotBeNull().LastStream.ShouldBe(int.MaxValue);
        pool[0].App.Gate.SetResult();
        await client.UntilEndOfAsync(id, []);
    }

    [Fact]
    public async Task Both_versions_share_a_port_at_the_same_time()
    {
        await using var pool = await PoolAsync();
        using var http = new HttpClient();

        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 200)
                .Select(async i =>
                {
                    using var request = new HttpRequestMessage(HttpMethod.Get, pool[0].Url)
                    {
                        Version = i % 2 == 0 ? HttpVersion.Version11 : HttpVersion.Version20,
                        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
                    };
                    using var response = await http.SendAsync(request);
                    response.StatusCode.ShouldBe(HttpStatusCode.OK);
                    return response.Version.Major;
                })
        );

        answers.Count(v => v == 1).ShouldBe(100);
        answers.Count(v => v == 2).ShouldBe(100);
    }

    [Fact]
    public async Task A_call_in_the_shape_of_grpc_streams_both_ways_and_ends_in_trailers()
    {
        await using var pool = await PoolAsync();
        using var http = new HttpClient();
        var content = new DuplexContent();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(pool[0].Url, "/trailers"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        request.Headers.TE.Add(new("trailers"));

        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        await using var answers = await response.Content.ReadAsStreamAsync();
        var buffer = new byte[16];
        for (byte i = 0; i < 3; i++)
        {
            await content.WriteAsync([i]);
            (await answers.ReadAsync(buffer)).ShouldBe(1);
            buffer[0].ShouldBe(i);
        }
        content.Complete();
        (await answers.ReadAsync(buffer)).ShouldBe(0);

        response.TrailingHeaders.GetValues("grpc-status").ShouldHaveSingleItem().ShouldBe("0");
    }

    /// <summary>A request body that is written while the answer is read.</summary>
    private sealed class DuplexContent : HttpContent
    {
        private readonly TaskCompletionSource<Stream> opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public DuplexContent() => Headers.ContentType = new MediaTypeHeaderValue("application/grpc");

        public async Task WriteAsync(byte[] data)
        {
            var stream = await opened.Task;
            await stream.WriteAsync(data);
            await stream.FlushAsync();
        }

        public void Complete() => done.SetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.FlushAsync();
            opened.SetResult(stream);
            await done.Task;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
