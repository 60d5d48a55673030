CREATE TABLE "ai_use" (
	"clinic_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"task" text NOT NULL,
	"model" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"reserved" integer NOT NULL,
	"tokens" integer,
	"ms" integer,
	"code" text,
	CONSTRAINT "ai_use_clinic_id_id_pk" PRIMARY KEY("clinic_id","id")
);
--> statement-breakpoint
CREATE INDEX "ai_use_when" ON "ai_use" USING btree ("clinic_id","at");