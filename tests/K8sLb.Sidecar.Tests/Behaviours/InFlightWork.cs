using System.Globalization;
using System.Net;
using K8sLb.Sidecar.Tests.Fixtures;
using K8sLb.TestKit;

namespace K8sLb.Sidecar.Tests.Behaviours;

/// <summary>Work that is in flight when a drain begins, and ends as if there were none.</summary>
internal static class InFlightWork
{
    private const int Large = 50 * 1024 * 1024;

    public static readonly Dictionary<string, Func<DrainSubject, Task>> All = new()
    {
        ["a download of 50 MB"] = DownloadAsync,
        ["an upload of 50 MB"] = UploadAsync,
        ["a download of 50 MB over HTTP/2"] = DownloadOverHttp2Async,
        ["an upload of 50 MB over HTTP/2"] = UploadOverHttp2Async,
        ["an answer that trickles"] = TrickleDownAsync,
        ["content that trickles"] = TrickleUpAsync,
        ["a long poll"] = LongPollAsync,
        ["content that waits for 100 (Continue)"] = ContinueAsync,
        ["an upgrade that is refused"] = UpgradeRefusedAsync,
        ["a half-closed TCP connection"] = TcpHalfCloseAsync,
    };

    private static async Task DownloadAsync(DrainSubject member)
    {
        await using var client = await RawHttp.ConnectAsync(member.Http);
        await client.GetAsync($"/download?bytes={Large}");
        (await client.ReadHeadAsync()).ShouldStartWith("HTTP/1.1 200 ");

        await member.DrainAsync();
        member.App.Gate.SetResult();

        (await client.CountToEndAsync()).ShouldBe(Large);
    }

    private static async Task UploadAsync(DrainSubject member)
    {
        await using var client = await RawHttp.ConnectAsync(member.Http);
        await client.SendAsync($"POST /upload HTTP/1.1\r\nHost: shop.test\r\nContent-Length: {Large}\r\n\r\n");
        var half = new byte[Large / 2];
        await client.SendAsync(half);

        await member.DrainAsync();
        await client.SendAsync(half);
        var response = await client.ReadAsync();

        response.Body.ShouldBe(Large.ToString(CultureInfo.InvariantCulture));
        response.AsksToClose.ShouldBeTrue();
        (await client.EndsAsync()).ShouldBeTrue();
    }

    private static async Task DownloadOverHttp2Async(DrainSubject member)
    {
        using var http = Http2Client(member);
        using var response = await http.GetAsync(
            new Uri($"/download?bytes={Large}", UriKind.Relative),
            HttpCompletionOption.ResponseHeadersRead
        );

        await member.DrainAsync();
        member.App.Gate.SetResult();

        (await response.Content.ReadAsByteArrayAsync()).Length.ShouldBe(Large);
    }

    private static async Task UploadOverHttp2Async(DrainSubject member)
    {
        using var http = Http2Client(member);
        using var content = new GatedContent(Large);
        var uploading = http.PostAsync(new Uri("/upload", UriKind.Relative), content);
        await content.HalfSent;

        await member.DrainAsync();
        content.GoOn();
        using var response = await uploading;

        (await response.Content.ReadAsStringAsync()).ShouldBe(Large.ToString(CultureInfo.InvariantCulture));
    }

    private static async Task TrickleDownAsync(DrainSubject member)
    {
        await using var client = await RawHttp.ConnectAsync(member.Http);
        await client.GetAsync("/trickle?bytes=150");
        await client.ReadHeadAsync();

        await member.DrainAsync();

        // Each byte may come as a chunk of its own, and the last chunk is empty.
        (await client.CountToEndAsync()).ShouldBeGreaterThanOrEqualTo(150 + "0\r\n\r\n".Length);
    }

    private static async Task TrickleUpAsync(DrainSubject member)
    {
        await using var client = await RawHttp.ConnectAsync(member.Http);
        await client.SendAsync("POST /upload HTTP/1.1\r\nHost: shop.test\r\nTransfer-Encoding: chunked\r\n\r\n");
        await client.SendAsync("1\r\n.\r\n");

        await member.DrainAsync();
        for (var i = 0; i < 50; i++)
        {
            foreach (var part in "1\r\n.\r\n")
            {
                await client.SendAsync(part.ToString());
            }
        }
        await client.SendAsync("0\r\n\r\n");
        var response = await client.ReadAsync();

        response.Body.ShouldBe("51");
        response.AsksToClose.ShouldBeTrue();
    }

    private static async Task LongPollAsync(DrainSubject member)
    {
        await using var client = await RawHttp.ConnectAsync(member.Http);
        await client.GetAsync("/gate");
        await WaitAtTheGateAsync(client, member);
    }

    private static async Task ContinueAsync(DrainSubject member)
    {
        await using var client = await RawHttp.ConnectAsync(member.Http);
        await client.SendAsync(
            "POST /upload HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n"
        );
        (await client.ReadHeadAsync()).ShouldStartWith("HTTP/1.1 100 ");

        await member.DrainAsync();
        await client.SendAsync("hello");
        var response = await client.ReadAsync();

        response.Body.ShouldBe("5");
        response.AsksToClose.ShouldBeTrue();
    }

    private static async Task UpgradeRefusedAsync(DrainSubject member)
    {
        await using var client = await RawHttp.ConnectAsync(member.Http);
        await client.OpenWebSocketAsync("/gate");
        await WaitAtTheGateAsync(client, member);
    }

    /// <summary>The request is out; its answer comes within the drain, and is the connection's last.</summary>
    private static async Task WaitAtTheGateAsync(RawHttp client, DrainSubject member)
    {
        await Eventually.IsTrue(() => member.App.Waiting == 1, "in flight");

        await member.DrainAsync();
        member.App.Gate.SetResult();
        var response = await client.ReadAsync();

        response.Status.ShouldBe(200);
        response.AsksToClose.ShouldBeTrue();
        (await client.EndsAsync()).ShouldBeTrue();
    }

    private static async Task TcpHalfCloseAsync(DrainSubject member)
    {
        await using var client = await RawHttp.ConnectAsync(member.Tcp);
        await client.SendAsync("hello");

        await member.DrainAsync();
        await client.SendAsync("again");
        client.EndSending();

        // Both words come back, and behind them the name of the server, which ends last.
        (await client.CountToEndAsync()).ShouldBeGreaterThan("helloagain".Length);
    }

    private static HttpClient Http2Client(DrainSubject member) =>
        new()
        {
            BaseAddress = member.Url,
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };

    /// <summary>Stops in the middle until it may go on.</summary>
    private sealed class GatedContent(int length) : HttpContent
    {
        private readonly TaskCompletionSource halfSent = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task HalfSent => halfSent.Task;

        public void GoOn() => goOn.SetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            var half = new byte[length / 2];
            await stream.WriteAsync(half);
            halfSent.SetResult();
            await goOn.Task;
            await stream.WriteAsync(half);
        }

        protected override bool TryComputeLength(out long computed)
        {
            computed = length;
            return true;
        }
    }
}
