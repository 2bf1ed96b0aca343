using System.IO.Pipelines;
using System.Text;

namespace K8sLb.Kubernetes.Tests.Client;

public sealed class WatchStreamTests
{
    private readonly Pipe pipe = new();

    [Theory]
    [InlineData("one\ntwo\nthree\n")]
    [InlineData("on", "e\ntw", "o", "\nth", "ree\n")]
    [InlineData("one\n", "two", "\n", "three\n", "cut o")]
    public async Task Lines_are_whole_however_they_arrive(params string[] pieces)
    {
        var lines = ReadAsync().ToListAsync();
        foreach (var piece in pieces)
        {
            await SendAsync(piece);
        }
        await pipe.Writer.CompleteAsync();

        (await lines).ShouldBe(["one", "two", "three"]);
    }

    [Fact]
    public async Task A_line_is_there_as_soon_as_it_is_complete()
    {
        await using var lines = ReadAsync().GetAsyncEnumerator();

        await SendAsync("one\ntw");

        (await lines.MoveNextAsync()).ShouldBeTrue();
        lines.Current.ShouldBe("one");
        var next = lines.MoveNextAsync();
        next.IsCompleted.ShouldBeFalse();
        await SendAsync("o\n");
        (await next).ShouldBeTrue();
        lines.Current.ShouldBe("two");
    }

    [Fact]
    public async Task A_line_without_an_end_is_given_up()
    {
        var filling = Task.Run(async () =>
        {
            var piece = new byte[1024 * 1024];
            while (!(await pipe.Writer.WriteAsync(piece)).IsCompleted) { }
        });

        await Should.ThrowAsync<InvalidDataException>(async () => await ReadAsync().ToListAsync());
        await filling;
    }

    private IAsyncEnumerable<string> ReadAsync() =>
        WatchStream.ReadAsync(
            pipe.Reader.AsStream(),
            line => Encoding.UTF8.GetString(line),
            Timeout.InfiniteTimeSpan,
            TimeProvider.System,
            "GET /pods",
            CancellationToken.None
        );

    private async Task SendAsync(string text) => await pipe.Writer.WriteAsync(Encoding.UTF8.GetBytes(text));
}
