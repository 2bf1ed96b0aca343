namespace K8sLb.Load.Tests;

public sealed class MoveAccountTests
{
    private const string Close = "Connection: close\r\n";

    [Fact]
    public void The_second_with_the_most_moves_counts()
    {
        var moves = new MoveAccount();
        foreach (var second in (double[])[1.0, 1.99, 2.0, 7.5, 7.6, 7.9])
        {
            moves.Told(second);
        }
        moves.TurnedAway();
        moves.Reconnected(8.1);
        moves.Reconnected(9);

        var report = moves.Report();
        (report.Told, report.TurnedAway, report.Reconnected).ShouldBe((6, 1, 2));
        (report.MostToldInASecond, report.MostReconnectedInASecond).ShouldBe((3, 1));
        report.ToldBySecond.ShouldBe(
            new Dictionary<int, int>
            {
                [1] = 2,
                [2] = 1,
                [7] = 3,
            }
        );
    }

    [Fact]
    public async Task A_connection_closed_after_a_later_answer_was_told_to_move()
    {
        var moves = await MovesAsync(LoadOn.OneKeepAlive(4), "", Close);

        (moves.Told, moves.TurnedAway, moves.Reconnected).ShouldBe((2, 0, 1));
    }

    [Fact]
    public async Task A_connection_closed_by_its_first_answer_was_turned_away()
    {
        var moves = await MovesAsync(LoadOn.OneKeepAlive(3), Close);

        (moves.Told, moves.TurnedAway, moves.Reconnected).ShouldBe((0, 3, 2));
    }

    [Fact]
    public async Task A_connection_for_a_single_request_does_not_move()
    {
        var moves = await MovesAsync(LoadOn.NewConnections(3), Close);

        (moves.Told, moves.TurnedAway, moves.Reconnected).ShouldBe((0, 0, 0));
    }

    [Fact]
    public async Task A_cut_connection_was_not_told()
    {
        await using var server = new ScriptedServer(async client =>
        {
            await client.ReadRequestAsync();
            await client.RespondAsync();
            await client.ReadRequestAsync();
        });

        var report = await LoadOn.Server(server, LoadOn.OneKeepAlive(4));

        report.Failed.ShouldBe(2);
        (report.Moves.Told, report.Moves.Reconnected).ShouldBe((0, 0));
    }

    /// <param name="answers">Header lines of what is answered on each connection, in their order.</param>
    private static async Task<MoveReport> MovesAsync(LoadPlan plan, params string[] answers)
    {
        await using var server = new ScriptedServer(async client =>
        {
            foreach (var headers in answers)
            {
                await client.ReadRequestAsync();
                await client.RespondAsync(headers);
            }
            await client.IdleAsync();
        });
        return (await LoadOn.Server(server, plan)).Moves;
    }
}
