CREATE TABLE "clinic_moment" (
	"clinic_id" uuid NOT NULL,
	"seq" bigint NOT NULL,
	"at" timestamp with time zone NOT NULL,
	CONSTRAINT "clinic_moment_clinic_id_seq_pk" PRIMARY KEY("clinic_id","seq")
);
--> statement-breakpoint
CREATE INDEX "clinic_moment_at" ON "clinic_moment" USING btree ("clinic_id","at");--> statement-breakpoint
CREATE INDEX "ledger_row" ON "ledger" USING btree ("clinic_id","row_id");