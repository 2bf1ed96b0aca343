using System.Net;
using K8sLb.Sidecar.Tests.Fixtures;
using K8sLb.TestKit;

namespace K8sLb.Sidecar.Tests.Behaviours;

/// <summary>Work that is in flight when a drain begins, and breaks on one side.</summary>
internal static class BrokenWork
{
    private const int Large = 50 * 1024 * 1024;

    /// <summary>The client's doing: nothing is counted as failed.</summary>
    public static readonly Dictionary<string, Func<DrainSubject, Task>> ByTheClient = new()
    {
        ["a client that vanishes while it waits"] = VanishWaitingAsync,
        ["a client that vanishes in its download"] = VanishInDownloadAsync,
        ["a client that vanishes in its upload"] = VanishInUploadAsync,
        ["a client that half-closes behind its request"] = HalfCloseAsync,
    };

    /// <summary>The application's doing: 502 or a reset, as the protocol has it, and counted.</summary>
    public static readonly Dictionary<string, Func<DrainSubject, Task>> ByTheApplication = new()
    {
        ["an application that dies before its answer"] = DieBeforeAnswerAsync,
        ["an application that dies in its answer"] = DieInAnswerAsync,
        ["an application that dies under an HTTP/2 stream"] = DieUnderStreamAsync,
    };

    private static async Task VanishWaitingAsync(DrainSubject member)
    {
        var client = await RawHttp.ConnectAsync(member.Http);
        await client.GetAsync("/gate");
        await Eventually.IsTrue(() => member.App.Waiting == 1, "in flight");

        await member.DrainAsync();
        client.Reset();
    }

    private static async Task VanishInDownloadAsync(DrainSubject member)
    {
        var client = await RawHttp.ConnectAsync(member.Http);
        await client.GetAsync($"/download?bytes={Large}");
        await client.ReadHeadAsync();

        await member.DrainAsync();
        client.Reset();
    }

    private static async Task VanishInUploadAsync(DrainSubject member)
    {
        var client = await RawHttp.ConnectAsync(member.Http);
        await client.SendAsync($"POST /upload HTTP/1.1\r\nHost: shop.test\r\nContent-Length: {Large}\r\n\r\n");
        await client.SendAsync(new byte[Large / 2]);

        await member.DrainAsync();
        client.Reset();
    }

    /// <summary>The Relay passes the half-close on; the Proxy's server takes it for the client's end.</summary>
    private static async Task HalfCloseAsync(DrainSubject member)
    {
        await using var client = await RawHttp.ConnectAsync(member.Http);
        await client.GetAsync("/gate");
        await Eventually.IsTrue(() => member.App.Waiting == 1, "in flight");

        await member.DrainAsync();
        client.EndSending();
        member.App.Gate.SetResult();

        await client.CountToEndAsync();
    }

    private static async Task DieBeforeAnswerAsync(DrainSubject member)
    {
        await using var client = await RawHttp.ConnectAsync(member.Http);
        await client.GetAsync("/gate");
        await Eventually.IsTrue(() => member.App.Waiting == 1, "in flight");

        await member.DrainAsync();
        member.App.BreakConnections();
        var response = await client.ReadAsync();

        response.Status.ShouldBe(502);
        response.AsksToClose.ShouldBeTrue();
        (await client.EndsAsync()).ShouldBeTrue();
    }

    private static async Task DieInAnswerAsync(DrainSubject member)
    {
        await using var client = await RawHttp.ConnectAsync(member.Http);
        await client.GetAsync($"/download?bytes={Large}");
        await client.ReadHeadAsync();

        await member.DrainAsync();
        member.App.BreakConnections();

        (await client.CountToEndAsync()).ShouldBeLessThan(Large);
    }

    private static async Task DieUnderStreamAsync(DrainSubject member)
    {
        using var http = new HttpClient
        {
            BaseAddress = member.Url,
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        using var response = await http.GetAsync(
            new Uri($"/download?bytes={Large}", UriKind.Relative),
            HttpCompletionOption.ResponseHeadersRead
        );

        await member.DrainAsync();
        member.App.BreakConnections();

        await Should.ThrowAsync<HttpRequestException>(async () => await response.Content.ReadAsByteArrayAsync());
    }
}
