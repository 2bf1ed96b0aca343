using System.IO.Pipelines;
using K8sLb.Sidecar.Http;
using K8sLb.TestKit;

namespace K8sLb.Sidecar.Tests;

public sealed class HttpVersionSnifferTests
{
    private readonly ManualTime clock = new();
    private readonly Pipe pipe = new();

    [Theory]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", SniffedVersion.Http2)]
    [InlineData("POST / HTTP/1.1\r\n", SniffedVersion.Http1)]
    [InlineData("PRI * HTTP/1.1\r\n", SniffedVersion.Http1)]
    public async Task The_first_bytes_tell_the_version_wherever_they_are_cut(string sent, object version)
    {
        var sniffing = SniffAsync();
        foreach (var one in sent)
        {
            await SendAsync(one.ToString());
        }

        (await sniffing.WaitAsync(TimeSpan.FromSeconds(20))).ShouldBe(version);
    }

    [Fact]
    public async Task A_preface_that_stays_a_beginning_is_given_up()
    {
        var sniffing = SniffAsync();
        await SendAsync("PRI * HT");
        await Eventually.IsTrue(
            () =>
            {
                clock.Advance(TimeSpan.FromSeconds(31));
                return sniffing.IsCompleted;
            },
            "it is given up"
        );

        (await sniffing).ShouldBeNull();
    }

    [Fact]
    public async Task A_connection_that_says_nothing_has_all_the_time()
    {
        var sniffing = SniffAsync();

        clock.Advance(TimeSpan.FromDays(1));
        sniffing.IsCompleted.ShouldBeFalse();
        await SendAsync("GET / HTTP/1.1\r\n");

        (await sniffing.WaitAsync(TimeSpan.FromSeconds(20))).ShouldBe(SniffedVersion.Http1);
    }

    private Task<SniffedVersion?> SniffAsync() =>
        HttpVersionSniffer.SniffAsync(pipe.Reader, clock, CancellationToken.None).AsTask();

    private async Task SendAsync(string text) => await pipe.Writer.WriteAsync(text.Select(c => (byte)c).ToArray());
}
