using System.Net;
using K8sLb.Protocol;
using K8sLb.Sidecar.Tests.Fixtures;
using K8sLb.TestKit;

namespace K8sLb.Sidecar.Tests.Overload;

public sealed class OverloadThroughProxyTests() : OverloadTests(PortMode.Proxy)
{
    [Fact]
    public async Task A_grpc_call_for_which_there_is_no_place_is_unavailable()
    {
        await using var pool = await BoundedAsync(new() { MaxInFlight = 1 });
        await using var first = await OccupyAsync(pool[0]);
        using var http = new HttpClient();
        using var call = new HttpRequestMessage(HttpMethod.Post, new Uri(pool[0].Url, "/shop.Cart/Add"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent([0, 0, 0, 0, 0]) { Headers = { ContentType = new("application/grpc") } },
        };

        using var answer = await http.SendAsync(call);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Headers.GetValues("grpc-status").ShouldBe(["14"]);
        (await answer.Content.ReadAsByteArrayAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Content_is_kept_until_a_peer_has_a_place_for_it(string version)
    {
        await using var pool = await BoundedAsync(new() { MaxInFlight = 1 }, members: 3);
        await using var first = await OccupyAsync(pool[0]);
        await using var second = await OccupyAsync(pool[1]);
        var before = pool[1].Registry.Account().Totals.Opened;
        using var http = new HttpClient
        {
            DefaultRequestVersion = new(version),
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };

        await Eventually.IsTrue(
            async () =>
            {
                using var content = new ByteArrayContent(new byte[1_000_000]);
                using var answer = await http.PostAsync(new Uri(pool[0].Url, "/upload"), content);
                answer.StatusCode.ShouldBe(HttpStatusCode.OK);
                answer.Headers.GetValues("x-served-by").ShouldBe(["m2"]);
                (await answer.Content.ReadAsStringAsync()).ShouldBe("1000000");
                return pool[1].Registry.Account().Totals.Opened > before;
            },
            "the full one was asked as well"
        );

        pool[1].App.Served.ShouldBe(1);
    }

    [Fact]
    public async Task The_application_hears_nothing_of_what_peers_ask_each_other()
    {
        await using var pool = await BoundedAsync(new() { MaxInFlight = 1 }, members: 2);
        await using var first = await OccupyAsync(pool[0]);
        using var http = new HttpClient();

        using var answer = await http.PostAsync(new Uri(pool[0].Url, "/headers"), new StringContent("content"));

        var seen = await answer.Content.ReadAsStringAsync();
        seen.ShouldContain("Content-Length: 7");
        seen.ShouldNotContain("Expect");
        seen.ShouldNotContain("K8sLb");
    }

    [Fact]
    public async Task A_stream_of_http2_for_which_there_is_no_place_is_refused_and_its_connection_stays()
    {
        await using var pool = await BoundedAsync(new() { MaxInFlight = 1 });
        await using var first = await OccupyAsync(pool[0]);
        using var http = new HttpClient
        {
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };

        using var answer = await http.GetAsync(pool[0].Url);

        answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        answer.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(1));
        pool[0].App.Gate.SetResult();
        await first.ReadAsync();
        (await http.GetStringAsync(pool[0].Url)).ShouldBe("m0");
    }
}
