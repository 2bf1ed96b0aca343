using System.Net;
using System.Net.Sockets;
using System.Text;
using K8sLb.Protocol;
using K8sLb.Sidecar.Configuration;
using K8sLb.Sidecar.Tests.Fixtures;
using K8sLb.TestKit;

namespace K8sLb.Sidecar.Tests;

/// <summary>What a sidecar shows, and to whom.</summary>
public sealed class SecureControlStreamTests : IDisposable
{
    private const string Name = "k8slb.k8slb-system.svc";
    private const int TlsHandshake = 22;

    private readonly DirectoryInfo mounted = Directory.CreateTempSubdirectory("k8slb-mounted-");
    private readonly TestAuthority ours = new("ours");
    private readonly TestAuthority theirs = new("theirs");

    public SecureControlStreamTests()
    {
        File.WriteAllText(AuthorityFile, ours.Pem);
        File.WriteAllText(TokenFile, "first-token\n");
    }

    private string AuthorityFile => Path.Combine(mounted.FullName, "ca.crt");
    private string TokenFile => Path.Combine(mounted.FullName, "token");

    public void Dispose()
    {
        mounted.Delete(recursive: true);
        ours.Dispose();
        theirs.Dispose();
    }

    [Fact]
    public async Task The_operator_is_shown_the_token_that_is_in_the_file_at_each_dial()
    {
        await using var @operator = await FakeOperator.StartAsync(certificate: ours.Issue(Name));
        await using var member = await StartAsync(@operator.Url);
        var first = await @operator.NextAsync();
        first.Authorization.ShouldBe("Bearer first-token");

        await File.WriteAllTextAsync(TokenFile, "second-token\n");
        first.End();

        (await @operator.NextAsync()).Authorization.ShouldBe("Bearer second-token");
    }

    [Fact]
    public async Task Whoever_is_named_as_the_leader_has_to_prove_the_name_of_the_Service()
    {
        await using var impostor = await FakeOperator.StartAsync(certificate: theirs.Issue(Name));
        await using var another = await FakeOperator.StartAsync(certificate: ours.Issue("shop.default.svc"));
        await using var leader = await FakeOperator.StartAsync(certificate: ours.Issue(Name));
        await using var follower = await FakeOperator.StartAsync(certificate: ours.Issue(Name));
        await using var member = await StartAsync(follower.Url);

        foreach (var named in new[] { impostor, another, leader })
        {
            var asked = await follower.NextAsync();
            await asked.SendAsync(
                new()
                {
                    Refusal = new() { Reason = "this replica does not lead", Leader = named.Url.ToString() },
                }
            );
            asked.End();
        }

        (await leader.NextAsync()).Authorization.ShouldBe("Bearer first-token");
        impostor.Connections.ShouldBe(1);
        impostor.Requests.ShouldBe(0, "no token was shown");
        another.Connections.ShouldBe(1);
        another.Requests.ShouldBe(0, "no token was shown");
    }

    [Fact]
    public async Task A_false_operator_gets_no_request_and_its_snapshot_never_comes_into_force()
    {
        var at = LoopbackAddress.Next();
        TestMember member;
        await using (var impostor = await FakeOperator.StartAsync(at, theirs.Issue(Name)))
        {
            member = await StartAsync(impostor.Url);
            // It dials again and again: a request would have come with the first of them.
            await Eventually.IsTrue(() => impostor.Connections > 2, "it has dialled three times");
            impostor.Requests.ShouldBe(0);
            member.Reports.Report().InForce.ShouldBeNull();
        }
        await using (member)
        {
            await using var @operator = await FakeOperator.StartAsync(at, ours.Issue(Name));
            var stream = await @operator.NextAsync();
            await stream.SendAsync(new() { Snapshot = TestSnapshots.For("uid-m0", 1, [member.Directive()]) });
            (await stream.AnswerAsync()).Ack.ShouldNotBeNull();
        }
    }

    [Fact]
    public async Task A_server_for_another_name_gets_no_request()
    {
        await using var other = await FakeOperator.StartAsync(certificate: ours.Issue("shop.default.svc"));
        await using var member = await StartAsync(other.Url);

        await Eventually.IsTrue(() => other.Connections > 2, "it has dialled three times");

        other.Requests.ShouldBe(0);
    }

    [Fact]
    public async Task Authorities_that_arrive_late_are_found()
    {
        File.Delete(AuthorityFile);
        await using var @operator = await FakeOperator.StartAsync(certificate: ours.Issue(Name));
        await using var member = await StartAsync(@operator.Url);
        await Eventually.IsTrue(() => @operator.Connections > 0, "it has dialled");

        await File.WriteAllTextAsync(AuthorityFile, ours.Pem);

        (await @operator.NextAsync()).Hello.PodName.ShouldBe("m0");
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await using var elsewhere = await FakeOperator.StartAsync(certificate: ours.Issue(Name));
        await using var @operator = await FakeOperator.StartAsync(certificate: ours.Issue(Name));
        @operator.RedirectTo = new Uri(elsewhere.Url, ControlStream.AttachPath);
        await using var member = await StartAsync(@operator.Url);

        await Eventually.IsTrue(() => @operator.Requests > 2, "it has asked three times");

        elsewhere.Requests.ShouldBe(0);
    }

    [Fact]
    public async Task With_https_nothing_is_ever_said_in_plain_text()
    {
        var at = LoopbackAddress.Next();
        using var listener = new TcpListener(at, 15010);
        listener.Start();
        await using var member = await StartAsync(new Uri($"https://{at}:15010"));

        for (var dial = 0; dial < 3; dial++)
        {
            using var client = await listener.AcceptTcpClientAsync();
            var stream = client.GetStream();
            var heard = new byte[4096];
            var count = await stream.ReadAsync(heard);
            // As a server that knows no TLS.
            await stream.WriteAsync("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"u8.ToArray());

            heard[0].ShouldBe((byte)TlsHandshake);
            Encoding.ASCII.GetString(heard, 0, count).ShouldNotContain("token");
        }
    }

    [Fact]
    public async Task A_token_is_never_sent_over_plain_http()
    {
        await using var @operator = await FakeOperator.StartAsync();
        await using var member = await StartAsync(@operator.Url);

        (await @operator.NextAsync()).Authorization.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_line_without_end_is_not_collected_for_ever_over_TLS_either()
    {
        await using var @operator = await FakeOperator.StartAsync(certificate: ours.Issue(Name));
        await using var member = await StartAsync(@operator.Url);
        var stream = await @operator.NextAsync();
        var piece = new string(' ', 256 * 1024);

        // It ends while the line is still on its way, or right after.
        await Record.ExceptionAsync(async () =>
        {
            for (var sent = 0; sent <= ControlStream.MaxLineBytes; sent += piece.Length)
            {
                await stream.SendTextAsync(piece);
            }
        });

        (await @operator.NextAsync()).Hello.PodUid.ShouldBe("uid-m0");
    }

    [Fact]
    public async Task A_newer_token_is_sent_on_the_stream_that_is_open()
    {
        await using var @operator = await FakeOperator.StartAsync(certificate: ours.Issue(Name));
        await using var member = await StartAsync(@operator.Url);
        var stream = await @operator.NextAsync();
        await stream.WelcomeAsync(takesTokens: true);

        foreach (var token in new[] { "second-token", "third-token" })
        {
            // As the kubelet does it: the file is another one at once.
            await File.WriteAllTextAsync(TokenFile + ".new", token + "\n");
            File.Move(TokenFile + ".new", TokenFile, overwrite: true);

            (await stream.AnswerAsync()).Token.ShouldBe(token);
        }
        await stream.SendAsync(new() { Snapshot = TestSnapshots.For("uid-m0", 1, [member.Directive()]) });
        (await stream.AnswerAsync()).Ack.ShouldNotBeNull();
    }

    [Fact]
    public async Task An_operator_that_takes_no_tokens_is_sent_none()
    {
        await using var @operator = await FakeOperator.StartAsync(certificate: ours.Issue(Name));
        await using var member = await StartAsync(@operator.Url);
        var stream = await @operator.NextAsync();
        await stream.WelcomeAsync();
        await File.WriteAllTextAsync(TokenFile, "second-token\n");
        // Far more than the time between two looks at the file.
        for (var i = 0; i < 3; i++)
        {
            await stream.ReportAsync(_ => true);
        }

        await stream.SendAsync(new() { Snapshot = TestSnapshots.For("uid-m0", 1, [member.Directive()]) });

        (await stream.AnswerAsync()).Ack.ShouldNotBeNull();
    }

    private Task<TestMember> StartAsync(Uri @operator) =>
        TestMember.StartAsync(
            "m0",
            @operator,
            options =>
                options with
                {
                    OperatorAuthority = AuthorityFile,
                    OperatorToken = TokenFile,
                    OperatorName = Name,
                    TokenPoll = TimeSpan.FromMilliseconds(20),
                }
        );
}
